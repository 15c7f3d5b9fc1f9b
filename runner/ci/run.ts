import { randomBytes } from "node:crypto";
import { dirname, resolve } from "node:path";
import type { JobKind } from "@tamma/core/protocol/runner.ts";
import { CallRefused } from "../client/refusals.ts";
import { type WorkArguments, workOptions } from "../work-options.ts";
import { doJobs, type RunEnd } from "./do-jobs.ts";
import { runProof } from "./run-proof.ts";
import { renderSummary } from "./summary.ts";
import { type WorkflowLog, workflowLog } from "./workflow-commands.ts";

/** Long enough that nobody guesses where data begins in a job's conversation. */
const secretBytes = 32;

export interface RunArguments extends Omit<WorkArguments, "withParent" | "say"> {
  /** Where the run proves itself; an enrolled key knows its own. */
  server: string;
  /** Null: the one that the server names when it lets the run in. */
  loop: string | null;
  /** File of an enrolled key; null where the run proves itself. */
  keyFile: string | null;
  /** Null: jobs of all kinds. */
  kinds: JobKind[] | null;
}

/**
 * `tamma-runner ci`: one run in somebody's CI, from its proof to its summary. Answers the exit code: 0
 * when the run did what there was to do, whatever the loop waits for now.
 */
export async function runInCi(options: RunArguments, env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const log = workflowLog(env, (text) => void process.stdout.write(text));
  if (env.TAMMA_GIT_TOKEN) log.mask(env.TAMMA_GIT_TOKEN);
  try {
    const end = await work(options, env, log);
    tell(end, log);
    return end.ok ? 0 : 1;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log.error(message, { title: "Tamma" });
    log.summary(renderSummary(message, [], null));
    // What the server says no to is shown; a fault of ours is shown with its place.
    if (!(error instanceof CallRefused) && env.TAMMA_LOG === "debug" && error instanceof Error)
      log.foreign(error.stack ?? message);
    return 1;
  }
}

async function work(options: RunArguments, env: NodeJS.ProcessEnv, log: WorkflowLog): Promise<RunEnd> {
  let { loop } = options;
  const { keyFile, kinds, server } = options;
  const secret = randomBytes(secretBytes).toString("base64url");
  const proof =
    keyFile === null
      ? runProof({
          ...{ server, loop, env, fetch },
          mask: (text) => log.mask(text),
          received: (token) => {
            loop = token.loop ?? loop;
          },
        })
      : null;
  const who = proof === null ? { keyFile: keyFile ?? "" } : { name: "ci", proof, secret };
  const hide = [...options.hide, ...filesOfTheRunner(env)];
  const say = (line: string) => log.line(line);
  const made = await workOptions(who, { ...options, hide, withParent: false, atOnce: true, say });
  return doJobs({ ...made, loop: () => loop, onlyKinds: kinds, log, env });
}

/** What a command of the project could write there would be believed by the next step of the workflow. */
function filesOfTheRunner(env: NodeJS.ProcessEnv): string[] {
  const { GITHUB_OUTPUT, GITHUB_ENV, GITHUB_PATH, GITHUB_STATE, GITHUB_EVENT_PATH, GITHUB_WORKSPACE } = env;
  const files = [GITHUB_OUTPUT, GITHUB_ENV, GITHUB_PATH, GITHUB_STATE, GITHUB_EVENT_PATH];
  const folders = files.flatMap((file) => (file ? [dirname(resolve(file))] : []));
  return [...new Set([...folders, ...(GITHUB_WORKSPACE ? [resolve(GITHUB_WORKSPACE)] : [])])];
}

/** How it ended, in the log, the summary and the outputs. */
function tell({ why, waitsFor, standing, jobs }: RunEnd, log: WorkflowLog): void {
  const count = `${jobs.length} ${jobs.length === 1 ? "job" : "jobs"} done`;
  log.line(`${count}; ${why}.`);
  if (standing?.ask) {
    log.line(`Question: ${standing.ask.title}`);
    for (const line of standing.ask.lines) log.line(`  ${line}`);
    log.line(`Answer at ${standing.url}`);
  }
  if (standing?.reason) log.line(`Reason: ${standing.reason}`);
  log.summary(renderSummary(why, jobs, standing));
  log.output("waits-for", waitsFor);
  log.output("loop-id", standing?.loop ?? "");
  log.output("status", standing?.word ?? "");
  log.output("url", standing?.url ?? "");
}
