import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { remove, temporaryFolder } from "../testing/repository.ts";
import { type Choice, chooseEnclosure, SandboxUnusable } from "./choose.ts";
import { type Sandbox, sandboxedCommands } from "./commands.ts";
import { cleanEnvironment, findProgram } from "./environment.ts";
import { isWithin } from "./visible.ts";

const timeoutMs = 60_000;
const base = realpathSync(temporaryFolder());
const around = {
  work: join(base, "state", "work"),
  keyFile: join(base, "state", "runner.key"),
  show: [join(base, "shown")],
  hide: [join(base, "state"), join(base, "shown", "secret")],
};
const canaries = {
  key: around.keyFile,
  token: join(base, "state", "token"),
  "another job": join(around.work, "job-other", "file"),
  "the target repository": join(base, "target", "file"),
  "a hidden folder in a shown one": join(base, "shown", "secret", "file"),
  "the runner's code": join(import.meta.dirname, "commands.ts"),
};
for (const file of [...Object.values(canaries).slice(0, -1), join(base, "shown", "tool")]) {
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, "canary-4711\n");
}
afterAll(() => remove(base));

/** The walls that this machine allows; one that it does not is skipped with the reason in its name. */
async function walls(kind: "bubblewrap" | "unshare"): Promise<Choice["enclosure"] | string> {
  try {
    return (await chooseEnclosure(kind, around)).enclosure;
  } catch (error) {
    // Where the machine allows the plainest walls, ours have to stand too.
    const [program = "", ...args] = plainest[kind];
    const isAllowed = spawnSync(program, args, { stdio: "ignore" }).status === 0;
    if (!(error instanceof SandboxUnusable) || isAllowed) throw error;
    return error.message;
  }
}

const plainest = {
  bubblewrap: ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "true"],
  unshare: ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--net", "--fork", "true"],
};

/** Ids of processes that have `word` among their arguments; a zombie has none. */
function pidsWith(word: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(word);
      } catch {
        return false;
      }
    })
    .map(Number);
}

let words = 86_400;
/** A duration for `sleep` that no other process has. */
const word = () => `${++words}.${process.pid}`;

for (const kind of ["bubblewrap", "unshare"] as const) {
  const enclosure = await walls(kind);
  if (typeof enclosure === "string") {
    test.skip(`${kind}: ${enclosure}`, () => {});
    continue;
  }
  describe(kind, () => {
    let folder: string;
    let commands: Sandbox;
    let count = 0;
    const open = (path: string) =>
      sandboxedCommands({
        ...{ job: "local/repo/1#1~j1", folder: path, signal: new AbortController().signal, enclosure },
        hide: [join(base, "target")],
      });
    beforeEach(() => {
      folder = join(around.work, `job-${++count}`);
      mkdirSync(folder);
      commands = open(folder);
    });
    afterEach(async () => {
      await commands.endJob();
      remove(folder);
    });
    const shell = (line: string, more: Partial<Parameters<Sandbox["shell"]>[1]> = {}) =>
      commands.shell(line, { cwd: folder, timeoutMs, ...more });

    test("what belongs to the runner, to others or to the user is not there", async () => {
      const home = readdirSync(homedir()).map((name) => join(homedir(), name));
      const shown = enclosure.env.PATH?.split(":") ?? [];
      const tools = [...shown, ...Object.values(enclosure.env), folder, base];
      const personal = home.filter((path) => !tools.some((tool) => isWithin(tool, path)));
      const hidden = [...Object.values(canaries), ...personal, "/run", "/var/lib", "/etc/shadow", "/boot"];
      const look = 'for file in "$@"; do if [ -e "$file" ]; then echo "$file"; fi; done';
      const seen = await commands.run(["sh", "-c", look, "look", ...hidden], { cwd: folder, timeoutMs });
      expect(seen).toMatchObject({ exitCode: 0, stdout: "" });
      expect((await shell(`cat '${join(base, "shown", "tool")}'; ls -A '${around.work}'`)).stdout).toBe(
        `canary-4711\njob-${count}\n`,
      );
    });

    test("nothing but the job's folder and its /tmp can be written to", async () => {
      const files = ["/x", "/usr/x", "/etc/x", "/etc/passwd", join(base, "shown", "tool")];
      const kernel = ["/proc/sys/kernel/core_pattern", "/proc/sys/vm/drop_caches", "/proc/sysrq-trigger"];
      const programs = (enclosure.env.PATH?.split(":") ?? []).map((at) => join(at, "x"));
      // What lies below /tmp, as a clone of this repository may, is another one inside.
      const others = [...files, ...kernel, ...programs.filter((file) => !file.startsWith("/tmp/"))];
      const look = 'for file in "$@"; do if ( : >> "$file" ) 2>/dev/null; then echo "$file"; fi; done';
      const written = await commands.run(["sh", "-c", look, "look", ...others], { cwd: folder, timeoutMs });
      expect(written).toMatchObject({ exitCode: 0, stdout: "" });
      await commands.run(["sh", "-c", look, "look", ...programs], { cwd: folder, timeoutMs });
      expect(programs.filter((file) => existsSync(file))).toEqual([]);
      expect((await shell("chmod 666 /dev/null")).exitCode).not.toBe(0);
      // This base lies in /tmp, which is another one inside.
      await shell(`echo x > '${join(base, "x")}'; rm -rf '${join(base, "target")}'`);
      expect(existsSync(join(base, "x"))).toBe(false);
      expect(existsSync(canaries["the target repository"])).toBe(true);
      const own = await shell(
        'echo kept | tee own /tmp/own > /dev/null; cat /tmp/own; mkdir ~/a "$TMPDIR/b"',
      );
      expect(own).toMatchObject({ exitCode: 0, stdout: "kept\n" });
      expect(readFileSync(join(folder, "own"), "utf8")).toBe("kept\n");
      expect((await shell("cat /tmp/own")).stdout).toBe("kept\n");
    });

    test("the network is there for set-up alone; a loopback of one's own always is", async () => {
      const server = createServer((_, response) => response.end("reached")).listen(0, "127.0.0.1");
      await new Promise((resolve) => server.once("listening", resolve));
      const { port } = server.address() as AddressInfo;
      const ask = `node -e 'fetch("http://127.0.0.1:${port}").then((r) => r.text()).then(console.log)'`;
      const own =
        `node -e 'const s = require("http").createServer((_, r) => r.end("own")).listen(0, "127.0.0.1", ` +
        'async () => { console.log(await (await fetch("http://127.0.0.1:" + s.address().port)).text()); ' +
        "s.close(); s.closeAllConnections(); });'";
      try {
        expect((await shell(ask)).stdout).not.toContain("reached");
        expect(await shell(own)).toMatchObject({ exitCode: 0, stdout: "own\n" });
        expect((await shell(ask, { network: "setup" })).stdout).toBe("reached\n");
      } finally {
        server.close();
        server.closeAllConnections();
      }
    });

    test("processes outside are neither seen nor reached", async () => {
      const outside = spawn("sleep", [word()], { stdio: "ignore" });
      try {
        const look = `cat /proc/${process.pid}/environ 2>&1; ls /proc | grep -c '^[0-9]'`;
        const line = `kill -9 ${outside.pid} 2>&1; ${look}`;
        const { stdout } = await shell(line);
        expect(stdout).toContain("No such process");
        expect(stdout).toContain("No such file");
        expect(Number(stdout.trim().split("\n").at(-1))).toBeLessThan(10);
        expect(outside.exitCode ?? outside.signalCode).toBe(null);
      } finally {
        outside.kill("SIGKILL");
      }
    });

    test("every process is gone afterwards, whatever it did to stay", async () => {
      const mine = word();
      const deaf = `trap "" TERM HUP INT; cd /; (setsid sleep ${mine} &) ; sleep ${mine}`;
      const hides = `env -i PATH="$PATH" setsid sh -c '${deaf}'`;
      const result = await shell(
        `${hides} > /dev/null 2>&1 & until [ "$(pgrep -fxc 'sleep ${mine}')" = 2 ]; do :; done; echo up`,
      );
      expect(result).toMatchObject({ ended: "exit", exitCode: 0, stdout: "up\n" });
      expect(pidsWith(mine)).toEqual([]);
    });

    test("when the time is over a crowd that is deaf to TERM ends with it", async () => {
      const mine = word();
      const many = `while [ $i -lt 100 ]; do setsid sleep ${mine} & i=$((i+1)); done`;
      const crowd = `trap "" TERM; i=0; ${many}; wait`;
      const result = await shell(crowd, { timeoutMs: 1_500 });
      expect(result).toMatchObject({ ended: "timeout", exitCode: -1 });
      expect(pidsWith(mine)).toEqual([]);
    });

    test("a command that is asked to end has time for its last words", async () => {
      const line = 'trap "echo last words; exit 0" TERM; echo up; while :; do sleep 0.05; done';
      expect(await shell(line, { timeoutMs: 1_500 })).toMatchObject({
        ended: "timeout",
        stdout: "up\nlast words\n",
      });
    });

    test("when the runner is killed nothing goes on", async () => {
      const mine = word();
      const at = (file: string) => JSON.stringify(join(import.meta.dirname, file));
      const options = { job: "j", folder, work: around.work };
      const script = `
        const { chooseEnclosure } = await import(${at("choose.ts")});
        const { sandboxedCommands } = await import(${at("commands.ts")});
        const { enclosure } = await chooseEnclosure("${kind}", ${JSON.stringify(around)});
        const signal = new AbortController().signal;
        const commands = sandboxedCommands({ ...${JSON.stringify(options)}, signal, enclosure });
        await commands.shell("sleep ${mine}", { cwd: ${JSON.stringify(folder)}, timeoutMs: ${timeoutMs} });`;
      const runner = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "ignore" });
      await expect.poll(() => pidsWith(mine).length, { timeout: timeoutMs }).toBeGreaterThan(0);
      runner.kill("SIGKILL");
      await expect.poll(() => pidsWith(mine), { timeout: timeoutMs }).toEqual([]);
    });

    test("limits, input, exit codes and long output are as without walls", async () => {
      const limits = await shell("cat; ulimit -c; ulimit -d; exit 3", { stdin: "in\n" });
      expect(limits).toMatchObject({ exitCode: 3, stdout: expect.stringMatching(/^in\n0\n\d+\n$/) });
      const long = "i=0; while [ $i -lt 2000 ]; do echo 0123456789; i=$((i+1)); done";
      expect((await shell(long, { outputBytesMax: 1_000 })).stdout).toContain("bytes left out");
      expect((await shell("kill -9 $$")).exitCode).toBe(137);
    });

    test("the project's variables reach the command, and not the walls", async () => {
      const evil = join(folder, "evil");
      mkdirSync(evil);
      for (const name of ["sh", "mount", "mkdir", "env", "setpriv", "unshare"])
        writeFileSync(join(evil, name), `#!/bin/sh\necho ${name} >> '${join(base, "fooled")}'\n`, {
          mode: 0o755,
        });
      const env = { PATH: `${evil}:${enclosure.env.PATH}`, LD_PRELOAD: join(evil, "no.so"), OWN: "a 'b'\nc" };
      const result = await commands.run(["/bin/sh", "-c", 'echo "$OWN|$PATH"'], {
        ...{ cwd: folder, timeoutMs, env },
      });
      expect(existsSync(join(base, "fooled"))).toBe(false);
      expect(result.stdout === "" || result.stdout.startsWith("a 'b'\nc|")).toBe(true);
      const wrapped = enclosure.wrap(
        { folder, cwd: folder, prelude: "", argv: ["true"], env, network: false },
        [],
      );
      expect(Object.keys(wrapped.env).sort()).toEqual(["PATH", "TAMMA_COMMAND", "TAMMA_JOB"]);
      expect(wrapped.env.PATH).not.toContain("evil");
      const broken = await shell("true", { env: { A: "b\0--bind\0/\0/host" } });
      expect(broken).toMatchObject({ ended: "spawn-error", stderr: expect.stringContaining("NUL") });
    });

    test("git and the tools on the PATH work", async () => {
      const env = cleanEnvironment(process.env, { home: folder, temp: folder });
      const asked = { node: "--version", npm: "--version", python3: "--version", git: "--version" };
      const here = Object.entries({ ...asked, go: "version", cargo: "--version", gcc: "--version" })
        .filter(([tool]) => findProgram(tool, env, folder) !== null)
        // A shim of a version manager may lead nowhere outside too.
        .filter(([tool, flag]) => spawnSync(tool, [flag], { stdio: "ignore" }).status === 0);
      const line = here.map(([tool, flag]) => `${tool} ${flag} > /dev/null || echo ${tool}`).join("; ");
      expect(await shell(line)).toMatchObject({ exitCode: 0, stdout: "" });
      const author = "-c user.name=Ada -c user.email=ada@example.org";
      const commit = `git init -q . && git ${author} commit -q --allow-empty -m first && git log --format=%s`;
      expect(await shell(commit)).toMatchObject({ exitCode: 0, stdout: "first\n" });
    });
  });
}

describe("the choice", () => {
  test("plain limits are there when they are asked for, and say what they lack", async () => {
    const { enclosure, passedOver } = await chooseEnclosure("limits", around);
    expect(enclosure.protection).toMatchObject({ kind: "process-limits" });
    expect(enclosure.protection.gaps.join()).toContain("clears its environment");
    expect(passedOver).toEqual([]);
  });

  test("without programs for walls auto says why, and a named wall is refused", async () => {
    const path = process.env.PATH;
    process.env.PATH = base;
    try {
      const { enclosure, passedOver } = await chooseEnclosure("auto", { ...around, places: [] });
      expect(enclosure.protection.kind).toBe("process-limits");
      expect(passedOver.map(({ kind }) => kind)).toEqual(["bubblewrap", "unshare"]);
      expect(passedOver[0]?.why).toContain("is not installed");
      await expect(chooseEnclosure("bubblewrap", { ...around, places: [] })).rejects.toThrow(
        "the sandbox bubblewrap does not work here",
      );
    } finally {
      process.env.PATH = path;
    }
  });
});
