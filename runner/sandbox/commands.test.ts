import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { remove, temporaryFolder } from "../testing/repository.ts";
import { type Sandbox, sandboxedCommands } from "./commands.ts";

let folder: string;
let stop: AbortController;
let commands: Sandbox;
const timeoutMs = 20_000;

beforeEach(() => {
  folder = temporaryFolder();
  stop = new AbortController();
  commands = sandboxedCommands({ job: "local/repo/1#1~j1", folder, signal: stop.signal });
});
afterEach(() => remove(folder));

/** A zombie of a container without init still answers to kill 0, so the state is read. */
function alive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}

const pidIn = (name: string) => Number(readFileSync(join(folder, name), "utf8"));

test("a command answers with exit code, both streams and what it was given", async () => {
  const result = await commands.shell("cat; echo wrong >&2; exit 3", {
    cwd: folder,
    timeoutMs,
    stdin: "in\n",
  });
  expect(result).toMatchObject({ exitCode: 3, stdout: "in\n", stderr: "wrong\n", ended: "exit" });
  const run = await commands.run(["printf", "%s|", "a b", "$HOME"], { cwd: folder, timeoutMs });
  expect(run).toMatchObject({ argv: ["printf", "%s|", "a b", "$HOME"], stdout: "a b|$HOME|", exitCode: 0 });
});

test("a program that does not exist is a spawn error, not an exit code", async () => {
  const result = await commands.run(["no-such-program"], { cwd: folder, timeoutMs });
  expect(result).toMatchObject({ ended: "spawn-error", exitCode: -1 });
  expect(result.stderr).toContain("no-such-program");
});

test("the environment holds nothing of the runner and a HOME of the job", async () => {
  process.env.TAMMA_CANARY_TOKEN = "canary-4711";
  const { stdout } = await commands.shell("env", { cwd: folder, timeoutMs, env: { MINE: "yes" } });
  delete process.env.TAMMA_CANARY_TOKEN;
  expect(stdout).not.toContain("canary-4711");
  expect(stdout).not.toMatch(/^PATH=.*node_modules\/\.bin/m);
  expect(stdout).toContain("MINE=yes");
  expect(stdout).toContain(`HOME=${join(folder, "home")}`);
  expect(stdout).toContain(`TMPDIR=${join(folder, "tmp")}`);
});

test("certificates are passed on, a proxy without password to what may use the network", async () => {
  const known = { NODE_EXTRA_CA_CERTS: "/etc/ssl/own.pem", HTTPS_PROXY: "http://proxy:3128" };
  const kept = { ...process.env };
  Object.assign(process.env, known, { ALL_PROXY: "http://ann:canary-4711@proxy:3128", PIP_CERT: "relative" });
  try {
    const off = await commands.shell("env", { cwd: folder, timeoutMs });
    expect(off.stdout).toContain("NODE_EXTRA_CA_CERTS=/etc/ssl/own.pem");
    expect(off.stdout).not.toMatch(/_PROXY|PIP_CERT/);
    const on = await commands.shell("env", { cwd: folder, timeoutMs, network: "setup" });
    expect(on.stdout).toContain("HTTPS_PROXY=http://proxy:3128");
    expect(on.stdout).not.toContain("canary-4711");
  } finally {
    for (const name of [...Object.keys(known), "ALL_PROXY", "PIP_CERT"]) {
      if (kept[name] === undefined) delete process.env[name];
      else process.env[name] = kept[name];
    }
  }
});

test("a command that does not end is ended with its whole group when its time is over", async () => {
  const line =
    'sh -c "trap \\"\\" TERM; echo \\$\\$ > deaf; while :; do sleep 1; done" & echo $$ > leader; wait';
  const result = await commands.shell(line, { cwd: folder, timeoutMs: 300 });
  expect(result).toMatchObject({ ended: "timeout", exitCode: -1 });
  expect(alive(pidIn("leader"))).toBe(false);
  expect(alive(pidIn("deaf"))).toBe(false);
});

test("a background process that left its session is found by its marker and ended", async () => {
  const line =
    "setsid sh -c 'echo $$ > straggler; exec sleep 300' > /dev/null 2>&1 & " +
    "until [ -s straggler ]; do :; done";
  const result = await commands.shell(line, { cwd: folder, timeoutMs });
  expect(result.ended).toBe("exit");
  expect(alive(pidIn("straggler"))).toBe(false);
});

test("a straggler that also cleared its environment is found by its folder", async () => {
  const line =
    "env -i setsid /bin/sh -c 'echo $$ > straggler; exec sleep 300' > /dev/null 2>&1 & " +
    "until [ -s straggler ]; do :; done";
  await commands.shell(line, { cwd: folder, timeoutMs });
  expect(alive(pidIn("straggler"))).toBe(false);
});

test("two commands of one job do not end each other's processes", async () => {
  const waits = commands.shell("echo ready > first; until [ -f go ]; do sleep 0.05; done; echo done", {
    cwd: folder,
    timeoutMs,
  });
  await commands.shell("until [ -s first ]; do :; done", { cwd: folder, timeoutMs });
  await commands.shell("touch go", { cwd: folder, timeoutMs });
  expect(await waits).toMatchObject({ ended: "exit", stdout: "done\n" });
});

test("a stop of the job ends what runs and lets nothing begin", async () => {
  const running = commands.shell("echo $$ > pid; exec sleep 300", {
    cwd: folder,
    timeoutMs,
    onOutput: () => stop.abort(),
  });
  const talking = commands.shell("until [ -s pid ]; do :; done; echo now; exec sleep 300", {
    cwd: folder,
    timeoutMs,
    onOutput: () => stop.abort(),
  });
  expect((await running).ended).toBe("stopped");
  expect((await talking).ended).toBe("stopped");
  expect(alive(pidIn("pid"))).toBe(false);
  expect((await commands.shell("echo no", { cwd: folder, timeoutMs })).ended).toBe("stopped");
});

test("of long output the head and the tail are kept and the middle is counted", async () => {
  const line = "echo first; i=0; while [ $i -lt 2000 ]; do echo 0123456789; i=$((i+1)); done; echo last";
  const { stdout } = await commands.shell(line, { cwd: folder, timeoutMs, outputBytesMax: 1_000 });
  expect(stdout.startsWith("first\n")).toBe(true);
  expect(stdout.endsWith("last\n")).toBe(true);
  expect(stdout).toContain("[... 21011 bytes left out ...]");
});

test("live output comes as whole letters", async () => {
  let live = "";
  const line = "printf '\\303'; sleep 0.2; printf '\\244\\n'";
  await commands.shell(line, { cwd: folder, timeoutMs, onOutput: (text) => (live += text) });
  expect(live).toBe("ä\n");
});

test("the limits are in force inside the sandbox", async () => {
  const { stdout } = await commands.shell("ulimit -c; ulimit -d", { cwd: folder, timeoutMs });
  const [core, memory] = stdout.trim().split("\n");
  expect(core).toBe("0");
  expect(Number(memory)).toBeGreaterThan(0);
});
