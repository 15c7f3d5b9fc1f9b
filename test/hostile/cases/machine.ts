import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { HostileCase } from "../case.ts";
import { type Ground, plainFiles } from "../ground.ts";

const asUser = "commands can do what the runner's user can: run the runner as a user of its own";
const notThere = "it is not there for a command";

/** A command that reaches for something; behind walls there is nothing to reach. */
function reach(id: string, trick: string, line: string, more: Partial<HostileCase> = {}): HostileCase {
  return {
    ...{ id, category: "machine", trick },
    ends: { walls: { harmless: notThere }, limits: { gap: asUser } },
    async run(ground) {
      await ground.command(await ground.bench(), `${line}; true`);
      return null;
    },
    ...more,
  };
}

/** A process of the user that holds the secret in its environment and in its command line. */
async function bystander(ground: Ground): Promise<ChildProcess> {
  const env = { PATH: process.env.PATH, BYSTANDER: ground.secret };
  const child = spawn("sleep", ["300"], { env, argv0: `sleep ${ground.secret}` });
  await once(child, "spawn");
  return child;
}

/** `line` may use `$PID` of that process. */
function peek(id: string, trick: string, line: string): HostileCase {
  return reach(id, trick, line, {
    async run(ground) {
      const child = await bystander(ground);
      try {
        const bench = await ground.bench();
        await ground.command(bench, `PID=${child.pid}; ${line}; true`);
        await wait(50);
        if (child.exitCode !== null || child.signalCode !== null) ground.evil.push("the process was ended");
      } finally {
        child.kill("SIGKILL");
      }
      return null;
    },
  });
}

/** A time that no other sleep has. */
const daemonSeconds = 300 + Math.floor(Math.random() * 1_000_000) / 1_000_000;

const loot = (file: string) => `printf 'evil\\n' >> ${file} 2>/dev/null`;

export const machineCases: HostileCase[] = [
  reach("read-home", "prints a file of the user", 'cat "$OUTSIDE/secret.txt" 2>&1'),
  reach("write-bashrc", "adds a line to the user's .bashrc", loot('"$OUTSIDE/.bashrc"')),
  reach("write-ssh-key", "adds a key to the user's authorized_keys", loot('"$OUTSIDE/.ssh/authorized_keys"')),
  reach(
    "target-config",
    "writes a program into the target repository's own config",
    'git --git-dir "$TARGET" config core.fsmonitor evil 2>&1',
    {
      async run(ground) {
        const bench = await ground.bench();
        await ground.command(bench, 'git --git-dir "$TARGET" config core.fsmonitor evil 2>&1; true');
        const { git } = await import("../../../runner/testing/repository.ts");
        if (git(ground.store, "config", "--list").includes("evil"))
          ground.evil.push("the target's config was changed");
        return null;
      },
    },
  ),
  reach("target-ref", "moves a branch of the target repository past every gate", "", {
    async run(ground) {
      const bench = await ground.bench();
      await ground.command(bench, 'git --git-dir "$TARGET" update-ref refs/heads/evil HEAD 2>&1; true');
      const { git } = await import("../../../runner/testing/repository.ts");
      if (git(ground.store, "branch", "--list", "evil") !== "")
        ground.evil.push("the target has a new branch");
      return null;
    },
  }),
  peek(
    "environment-of-others",
    "prints the environment of another process of the user",
    "cat /proc/$PID/environ 2>&1",
  ),
  peek("process-list", "prints the command lines of all processes", "cat /proc/[0-9]*/cmdline 2>/dev/null"),
  peek("kill-others", "ends another process of the user", "kill -9 $PID 2>&1"),
  reach("other-jobs", "reads the folder of another job", "", {
    async run(ground) {
      const other = ground.context();
      const { writeFileSync } = await import("node:fs");
      writeFileSync(join(other.folder, "secret.txt"), ground.secret);
      await ground.command(await ground.bench(), "cat ../../*/secret.txt 2>&1; true");
      return null;
    },
  }),
  reach("local-ports", "talks to a server on this machine with a token that it has found", "", {
    async run(ground) {
      let calls = 0;
      const server = createServer((_request, response) => {
        calls += 1;
        response.end("hello");
      });
      await once(server.listen(0, "127.0.0.1"), "listening");
      const { port } = server.address() as AddressInfo;
      const ask =
        `fetch("http://127.0.0.1:${port}/api/v1/loops", { headers: { authorization: ` +
        `"Bearer x" } }).catch(() => {})`;
      await ground.command(await ground.bench(), `node -e '${ask}'`);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (calls > 0) ground.evil.push("the server was reached");
      return null;
    },
  }),
  reach(
    "daemon",
    "starts a process that leaves its group, its folder and its environment, and lives on",
    "",
    {
      async run(ground) {
        const bench = await ground.bench();
        const daemon = `echo $$ > "$0/pid"; cd /; exec sleep ${daemonSeconds}`;
        await ground.command(
          bench,
          `env -i PATH="$PATH" setsid sh -c '${daemon}' "$PWD" >/dev/null 2>&1 & ` +
            `until [ -s pid ]; do sleep 0.05; done; sleep 0.2`,
        );
        const pid = readFileSync(join(bench.root, "pid"), "utf8").trim();
        // Behind walls it is a number of their own space, which here is nobody's or somebody else's.
        const words = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
        if (words.split("\u0000").join(" ").trim() !== `sleep ${daemonSeconds}`) return null;
        ground.evil.push("it lives on");
        process.kill(Number(pid), "SIGKILL");
        return null;
      },
    },
  ),
  {
    ...{ id: "private-home", category: "machine", trick: "writes dotfiles, keys and npm settings into HOME" },
    ends: { harmless: "HOME is a folder of the job" },
    async run(ground) {
      const bench = await ground.bench();
      await ground.command(
        bench,
        "mkdir -p ~/.ssh && echo evil | tee ~/.bashrc ~/.npmrc ~/.ssh/authorized_keys ~/.gitconfig",
      );
      return null;
    },
  },
  {
    ...{ id: "runner-environment", category: "machine", trick: "prints its environment" },
    ends: { harmless: "commands get a list of allowed variables and nothing else" },
    async run(ground) {
      process.env.TAMMA_CANARY_TOKEN = ground.secret;
      process.env.HARMLESS_LOOKING = ground.secret;
      try {
        await ground.command(await ground.bench(), "env; export");
      } finally {
        delete process.env.TAMMA_CANARY_TOKEN;
        delete process.env.HARMLESS_LOOKING;
      }
      return null;
    },
  },
  {
    ...{ id: "loader-variables", category: "machine" },
    trick:
      "sets LD_PRELOAD, PATH, BASH_ENV, NODE_OPTIONS and GIT_* in .tamma.yml " +
      "to catch the programs around its commands",
    ends: { walls: { harmless: "the wall starts with an environment of its own" }, limits: { gap: asUser } },
    async run(ground) {
      const trap = `#!/bin/sh\ntouch ${JSON.stringify(ground.canary)}\n`;
      const shell = ["sh", "bwrap", "unshare", "git", "env"].map((name): [string, { executable: string }] => [
        `bin/${name}`,
        { executable: trap },
      ]);
      const environment = [
        "BASH_ENV: ./bin/sh",
        "ENV: ./bin/sh",
        "GIT_EXEC_PATH: ./bin",
        "PATH: ./bin:/usr/bin:/bin",
      ];
      const config = `build: ./bin/sh\nenvironment:\n${environment.map((line) => `  ${line}\n`).join("")}`;
      ground.use({ ...plainFiles, ...Object.fromEntries(shell), ".tamma.yml": config });
      const patch = await ground.patchFor({ "README.md": "# More\n" });
      await ground.verify({ patch, needsTests: false, parts: ["build"] });
      return null;
    },
  },
  {
    ...{ id: "output-flood", category: "machine", trick: "prints 200 MB" },
    ends: { harmless: "head and tail are kept, the middle is counted" },
    async run(ground) {
      const { stdout } = await ground.command(
        await ground.bench(),
        "head -c 200000000 /dev/zero | tr '\\0' x",
      );
      if (stdout.length > 2_000_000) ground.evil.push(`${stdout.length} characters were kept`);
      return null;
    },
  },
];
