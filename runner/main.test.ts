import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureKey } from "./client/identity.ts";
import { makeRepository, remove, type TestRepository, temporaryFolder } from "./testing/repository.ts";
import { answer, wireServer } from "./testing/server.ts";

/** The real process starts, loads everything and does a job; CI machines are slow. */
const testTimeoutMs = 60_000;
/** The project's Node strips types by itself. */
const node = join(import.meta.dirname, "..", "node_modules", "node", "bin", "node");

let folder: string;
let children: ChildProcess[];
let pids: number[];
let close: (() => Promise<unknown>) | undefined;
beforeEach(() => {
  folder = temporaryFolder();
  children = [];
  pids = [];
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  for (const pid of pids) endIfAlive(pid);
  await close?.();
  remove(folder);
});

/** Only what this test started; it is gone already when the test passed. */
function endIfAlive(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone, as it should be.
  }
}

function start(...args: string[]) {
  const program = existsSync(node) ? node : process.execPath;
  const child = spawn(program, [join(import.meta.dirname, "main.ts"), ...args], {
    env: { PATH: process.env.PATH, HOME: folder, TAMMA_TOKEN: "local" },
  });
  children.push(child);
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  return { child, output: () => output, ended: once(child, "exit").then(([code]) => code as number | null) };
}

/** A server that enrols one runner and has one open job for it. */
async function controlPlane(keyFile: string, repository: TestRepository) {
  const { publicKey } = ensureKey(keyFile);
  const result = Promise.withResolvers<unknown>();
  const polled = Promise.withResolvers<void>();
  let given = false;
  const server = await wireServer(publicKey, (call, response) => {
    if (call.path === "/api/v1/runners") return answer(response, 201, { runner: "r1" });
    if (call.path.endsWith("/refs/watch")) return answer(response, 200, { repositories: [], everyMs: 100 });
    if (call.path.endsWith("/heartbeat")) return answer(response, 200, { continue: true, reason: null });
    if (call.path.endsWith("/result")) {
      result.resolve(call.json());
      return answer(response, 200, { accepted: true, already: false });
    }
    if (!call.path.endsWith("/lease")) return false;
    if (given) {
      polled.resolve();
      return answer(response, 204);
    }
    given = true;
    return answer(response, 200, {
      job: "local/repo/1#1~j1",
      fence: 1,
      loop: "local/repo/1#1",
      issue: { number: 1, title: "Fix it" },
      repository: repository.ref,
      spec: { kind: "open", branch: "tamma/1-fix-it", from: "main", message: "Start" },
      leaseMs: 60_000,
      heartbeatMs: 10_000,
    });
  });
  close = server.close;
  return { url: server.url, result: result.promise, polled: polled.promise };
}

test(
  "a runner is enrolled, serves a job on a real repository and ends when told to",
  async () => {
    const repository = makeRepository(folder, "bare");
    const key = join(folder, "runner.pem");
    const server = await controlPlane(key, repository);
    const enrolling = start("enroll", "--server", server.url, "--key", key);
    expect([await enrolling.ended, enrolling.output()]).toEqual([
      0,
      `tamma-runner: enrolled as r1 at ${server.url}\n`,
    ]);

    const serving = start("serve", "--key", key, "--work", join(folder, "work"), "--with-parent");
    // A runner that cannot even start would otherwise be waited for until the time is over.
    expect(await Promise.race([server.result, serving.ended.then(serving.output)])).toMatchObject({
      fence: 1,
      result: { kind: "open", result: { outcome: "done", base: repository.base } },
    });
    await server.polled;
    serving.child.kill("SIGTERM");
    expect(await serving.ended).toBe(0);
    expect(serving.output()).toContain("told to end");
  },
  testTimeoutMs,
);

test(
  "a command line that cannot work says what is missing",
  async () => {
    const serving = start("serve", "--key", join(folder, "none.pem"));
    expect(await serving.ended).toBe(1);
    expect(serving.output()).toContain("tamma-runner enroll");
  },
  testTimeoutMs,
);

test(
  "a runner that was started with its parent ends with it",
  async () => {
    const key = join(folder, "runner.pem");
    const server = await controlPlane(key, makeRepository(folder, "bare"));
    const enrolling = start("enroll", "--server", server.url, "--key", key);
    await enrolling.ended;
    const line = `"$0" "$1" serve --key "$2" --work "$3" --with-parent & echo $!; wait`;
    const program = existsSync(node) ? node : process.execPath;
    const args = [program, join(import.meta.dirname, "main.ts"), key, join(folder, "work")];
    const parent = spawn("sh", ["-c", line, ...args], { env: { PATH: process.env.PATH, HOME: folder } });
    children.push(parent);
    let output = "";
    parent.stderr.on("data", (chunk) => {
      output += chunk;
    });
    parent.stdout.on("data", (chunk) => {
      output += chunk;
    });
    await Promise.race([server.polled, once(parent, "exit").then(() => Promise.reject(new Error(output)))]);
    pids.push(Number.parseInt(output, 10));
    const closed = once(parent, "close");
    parent.kill("SIGKILL");
    // The runner holds the shell's output until it ends itself.
    await closed;
    expect(output).toContain("the process that started the runner is gone");
  },
  testTimeoutMs,
);
