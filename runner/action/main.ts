import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { JobKind } from "@tamma/core/protocol/runner.ts";
import { runInCi } from "../ci/run.ts";
import { assigned, workflowLog } from "../ci/workflow-commands.ts";
import { type SandboxSetting, sandboxSettings } from "../sandbox/choose.ts";
import { killWithin } from "../sandbox/left-behind.ts";

/**
 * The action of action.yml, bundled into one file: `main` does the jobs, `post` clears away what a cut run
 * left. The platform tells them apart by the state that `main` has saved.
 */

const env = process.env;
const log = workflowLog(env, (text) => void process.stdout.write(text));
const stateName = "work";

/** An input, as the platform hands it over; empty when it was not given. */
function input(name: string): string {
  return (env[`INPUT_${name.toUpperCase()}`] ?? "").trim();
}

function paths(name: string): string[] {
  return input(name)
    .split(delimiter)
    .filter((path) => path !== "");
}

async function main(): Promise<number> {
  // Short, because a project may open sockets below it; of this run alone, so that `post` may remove it.
  const work = mkdtempSync(join(env.RUNNER_TEMP || tmpdir(), "tamma-"));
  if (env.GITHUB_STATE) appendFileSync(env.GITHUB_STATE, assigned(stateName, work));
  for (const [name, variable] of [
    ["token", "TAMMA_RUN_TOKEN"],
    ["git-token", "TAMMA_GIT_TOKEN"],
  ] as const) {
    const value = input(name);
    if (value !== "") env[variable] = value;
  }
  const server = input("server");
  if (!URL.canParse(server)) throw new Error("the input `server` must be the address of your Tamma server");
  const kinds = input("kinds");
  return runInCi({
    ...{ server, loop: input("loop") || null, keyFile: null, work },
    kinds: kinds === "" ? null : JobKind.array().parse(kinds.split(",").map((kind) => kind.trim())),
    ...{ sandbox: sandboxOf(input("sandbox")), show: paths("show"), hide: paths("hide") },
  });
}

function sandboxOf(text: string): SandboxSetting {
  const found = sandboxSettings.find((one) => one === (text || "auto"));
  if (found === undefined)
    throw new Error(`the input \`sandbox\` must be one of ${sandboxSettings.join(", ")}`);
  return found;
}

function post(work: string): number {
  const killed = killWithin(work);
  if (killed.length > 0) log.line(`${killed.length} processes of a cut job were ended`);
  rmSync(work, { recursive: true, force: true, maxRetries: 3 });
  return 0;
}

const work = env[`STATE_${stateName}`];
try {
  process.exit(work ? post(work) : await main());
} catch (error) {
  log.error(error instanceof Error ? error.message : String(error), { title: "Tamma" });
  process.exit(1);
}
