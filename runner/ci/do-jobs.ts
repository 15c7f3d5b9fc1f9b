import type { JobResult } from "@tamma/core/domain/loop/jobs.ts";
import type { JobKind, LoopStanding } from "@tamma/core/protocol/runner.ts";
import { jobAsker } from "../ask-job.ts";
import { CallRefused } from "../client/refusals.ts";
import { pauseMs, wait } from "../client/retry.ts";
import type { Lease, RunnerClient } from "../client.ts";
import { workOff } from "../lease.ts";
import type { WorkOptions } from "../serve.ts";
import { type Failing, failingIn } from "./failing.ts";
import { loggedIn } from "./login.ts";
import type { DoneJob } from "./summary.ts";
import { type WaitsFor, whyEnded } from "./why-ended.ts";
import type { WorkflowLog } from "./workflow-commands.ts";

/** Between two looks at a loop that works: soon enough for a machine that is paid by the minute. */
const pollMs = 2_000;
/** A server that says "nothing" without waiting is not asked again at once. */
const pollMsMin = 500;
/** Without a loop to look at: nothing came for so long. */
const idleMsMax = 60_000;
/** A server that restarts is back by then; a machine that only waits for one costs money. */
const awayMsMax = 10 * 60_000;

/** Why a run ended. `ok` false: not as it should. */
export interface RunEnd {
  ok: boolean;
  waitsFor: WaitsFor;
  why: string;
  standing: LoopStanding | null;
  jobs: DoneJob[];
}

export interface RunOptions extends WorkOptions {
  /**
   * The loop whose jobs are done; null for all of the repository. Asked when it is needed: a token may tell.
   */
  loop(): string | null;
  /** Null: jobs of all kinds. */
  onlyKinds: readonly JobKind[] | null;
  log: WorkflowLog;
  env: NodeJS.ProcessEnv;
}

/**
 * Does the jobs of one loop, one after another, until the loop has to wait for somebody else or is over.
 *
 * @throws CallRefused when the server does not let this run in
 */
export async function doJobs(options: RunOptions): Promise<RunEnd> {
  const { ending, onlyKinds } = options;
  const ask = jobAsker({ ...options, ...(onlyKinds ? { kinds: [...onlyKinds] } : {}) });
  const jobs: DoneJob[] = [];
  let standing: LoopStanding | null = null;
  let quietSince = performance.now();
  let awaySince: number | null = null;
  let faults = 0;
  while (!ending.aborted) {
    try {
      const askedAt = performance.now();
      const lease = await ask(options.loop(), pollMs);
      if (lease !== null) {
        jobs.push(await doOne(lease, options));
        quietSince = performance.now();
      }
      const loop = options.loop();
      standing = loop === null ? null : await options.client.standing(loop, ending);
      [awaySince, faults] = [null, 0];
      const quietMs = performance.now() - quietSince;
      const end = standing ? whyEnded(standing, onlyKinds, quietMs) : idle(quietMs);
      if (end) return { ok: true, ...end, standing, jobs };
      if (lease === null) await wait(Math.max(0, pollMsMin - (performance.now() - askedAt)), ending);
    } catch (error) {
      if (ending.aborted) break;
      if (error instanceof CallRefused) throw error;
      awaySince ??= performance.now();
      const why = `the server does not answer: ${options.redactor.text(String(error))}`;
      if (performance.now() - awaySince > awayMsMax)
        return { ok: false, waitsFor: "time", why, standing, jobs };
      if (faults === 0) options.log.line(why);
      await wait(pauseMs(++faults), ending).catch(() => {});
    }
  }
  return { ok: true, waitsFor: "machine", why: "this run was told to end", standing, jobs };
}

function idle(quietMs: number): { waitsFor: WaitsFor; why: string } | null {
  return quietMs < idleMsMax ? null : { waitsFor: "machine", why: "no job has come for a minute" };
}

/** One job, shown in a group of the log; what it found wrong is said behind it, at its place in the code. */
async function doOne(lease: Lease, options: RunOptions): Promise<DoneJob> {
  const { log } = options;
  const { kind } = lease.spec;
  const began = performance.now();
  log.group(`${kind} for #${lease.issue.number} ${lease.issue.title}`);
  let result: JobResult | null = null;
  const client = shown(options.client, log, (sent) => {
    result = sent;
  });
  const ended = await workOff(loggedIn(lease, options.env), { ...options, client });
  log.endGroup();
  const outcome = ended.ended === "sent" ? ended.outcome : `void: ${ended.why}`;
  log.line(`${kind} for #${lease.issue.number}: ${outcome}`);
  for (const each of result === null ? [] : failingIn(result)) log.error(each.message, placed(each));
  return { kind, outcome, ms: performance.now() - began };
}

function placed({ title, file, line }: Failing): { title: string; file?: string; line?: number } {
  return { title, ...(file === null ? {} : { file, ...(line === null ? {} : { line }) }) };
}

/** The same client, whose log and result are also seen here. Both are redacted already. */
function shown(client: RunnerClient, log: WorkflowLog, sent: (result: JobResult) => void): RunnerClient {
  let printed = 0;
  return {
    ...client,
    log: (job, request, signal) => {
      // A chunk that did not arrive comes again, at its offset.
      if (request.offset >= printed) {
        log.foreign(request.text);
        printed = request.offset + Buffer.byteLength(request.text);
      }
      return client.log(job, request, signal);
    },
    result: (job, request, signal) => {
      sent(request.result);
      return client.result(job, request, signal);
    },
  };
}
