import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { StartOptions } from "./options.ts";

/** It only has to put the terminal back; more time would look like hanging. */
const endGraceMs = 2_000;

/** What the command line works on: a repository of plain Git, or a loop that a webhook has begun. */
export interface Target {
  url: string;
  token: string;
  work: { on: "git"; repo: string } | { on: "platform"; loop: string; pages: string };
}

/** The command line in this terminal: it asks, shows and ends as `tamma run` does. */
export function runCommandLine(
  options: StartOptions,
  started: Target,
  state: string,
  around: { root: string; base: string; env: NodeJS.ProcessEnv },
): { code: Promise<number>; stop(): Promise<void> } {
  const args = [join(around.root, "cli/main.ts"), "run"];
  if (started.work.on === "platform") args.push(started.work.loop, "--comments", started.work.pages);
  else {
    args.push("--repo", started.work.repo);
    if (options.issue !== null) args.push("--issue", options.issue);
    if (options.body !== null) args.push("--body", options.body);
    if (options.level !== null) args.push("--level", options.level);
  }
  if (options.yes) args.push("--yes");
  args.push(options.once ? "--once" : "--wait");
  if (options.json) args.push("--json");
  const child = spawn(process.execPath, args, {
    cwd: around.base,
    stdio: "inherit",
    env: {
      ...around.env,
      TAMMA_SERVER: started.url,
      TAMMA_TOKEN: started.token,
      TAMMA_CLI: commandName(state, around.root),
    },
  });
  const ended = new Promise<number>((done) => {
    child.once("error", () => done(1));
    child.once("exit", (code, signal) => done(code ?? (signal === "SIGINT" ? 130 : 1)));
  });
  return {
    code: ended,
    async stop() {
      child.kill("SIGTERM");
      const late = await Promise.race([ended, delay(endGraceMs, "late" as const, { ref: false })]);
      if (late === "late") child.kill("SIGKILL");
    },
  };
}

/** How `tamma` is called from a clone, where it is not on the PATH. */
function commandName(state: string, root: string): string {
  const elsewhere = state === join(root, ".tamma") ? "" : ` --state ${shellWord(state)}`;
  return `npm run --silent tamma --${elsewhere}`;
}

/** A word that a shell reads as it is. */
function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
