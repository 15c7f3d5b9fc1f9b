import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openInstance } from "./instance.ts";
import { remove, temporaryFolder } from "./testing/repository.ts";

/** A Node that starts under load. */
const testTimeoutMs = 60_000;
const node = join(import.meta.dirname, "..", "node_modules", "node", "bin", "node");
const linux = process.platform === "linux";

let work: string;
let children: ChildProcess[];
beforeEach(() => {
  work = temporaryFolder();
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  remove(work);
});

/** A process that is an instance of `runner` and has started a command in a job's folder. */
async function living(runner: string): Promise<{ child: ChildProcess; id: string; command: number }> {
  const code = `
    import { openInstance } from ${JSON.stringify(join(import.meta.dirname, "instance.ts"))};
    import { spawn } from "node:child_process";
    import { mkdirSync } from "node:fs";
    const instance = openInstance(process.argv[1], process.argv[2]);
    const home = instance.folder + "/job-1/home";
    mkdirSync(home, { recursive: true });
    const command = spawn("sleep", ["300"], { env: { PATH: process.env.PATH, HOME: home }, detached: true });
    console.log(instance.id, command.pid);
    setInterval(() => {}, 1000);`;
  const program = existsSync(node) ? node : process.execPath;
  const child = spawn(program, ["--input-type=module-typescript", "-e", code, work, runner], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const [line] = await once(child.stdout as NodeJS.ReadableStream, "data");
  const [id = "", command = ""] = String(line).trim().split(" ");
  return { child, id, command: Number(command) };
}

async function killed({ child }: { child: ChildProcess }): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

const isRunning = (pid: number) =>
  existsSync(`/proc/${pid}`) && !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

test.runIf(linux)(
  "a process that was killed is known as gone, its commands are killed and its folder goes",
  { timeout: testTimeoutMs },
  async () => {
    const dead = await living("r-1");
    await killed(dead);
    expect(isRunning(dead.command)).toBe(true);
    const next = openInstance(work, "r-1");
    expect(next.gone()).toEqual([dead.id]);
    // A signal is delivered when the kernel finds the time.
    await vi.waitFor(() => expect(isRunning(dead.command)).toBe(false), { timeout: testTimeoutMs / 2 });
    // A crash before the server heard of it must not make it forgotten.
    expect(existsSync(join(work, dead.id))).toBe(true);
    next.told([dead.id]);
    expect([next.gone(), existsSync(join(work, dead.id))]).toEqual([[], false]);
    next.close();
    expect(readdirSync(work)).toEqual([]);
  },
);

test.runIf(linux)(
  "a process that only stands still is not gone, and keeps its commands",
  { timeout: testTimeoutMs },
  async () => {
    const stopped = await living("r-1");
    stopped.child.kill("SIGSTOP");
    const next = openInstance(work, "r-1");
    expect(next.gone()).toEqual([]);
    expect(isRunning(stopped.command)).toBe(true);
    next.close();
    process.kill(stopped.command, "SIGKILL");
  },
);

test("another runner's process that is gone is not ours to report", () => {
  const [other, own] = [openInstance(work, "r-2"), openInstance(work, "r-1")];
  expect(own.gone()).toEqual([]);
  mkdirSync(join(work, "refs-1.git"));
  other.close();
  own.close();
  const again = openInstance(work, "r-1");
  expect([again.gone(), readdirSync(work).length]).toEqual([[], 2]);
  again.close();
});
