import { type AskJob, type AskOptions, jobAsker } from "./ask-job.ts";
import { CallRefused } from "./client/refusals.ts";
import { pauseMs, wait } from "./client/retry.ts";
import { type LeaseOptions, workOff } from "./lease.ts";

/** The Worker answers a poll after at most this: the longer, the later a dead connection is noticed. */
const pollMs = 10_000;
/** A server that says "nothing" without waiting is not asked again at once. */
const pollMsMin = 500;
/** Whoever holds a refused runner's key has to act; we look again now and then. */
const refusedPauseMs = 15_000;
/**
 * In CI nobody pays for a machine that only waits: after this without a job the loop waits for somebody
 * else.
 */
const idleMsMax = 60_000;

export interface WorkOptions extends Omit<AskOptions, "client">, LeaseOptions {
  /** One line for the person who reads the runner's output. */
  say(line: string): void;
}

/**
 * Takes jobs in `slots` places at once until `ending`; resolves when the last one is finished or handed
 * back.
 */
export async function serve(slots: number, options: WorkOptions): Promise<void> {
  const ask = jobAsker(options);
  await Promise.all(Array.from({ length: slots }, () => slot(ask, options)));
}

async function slot(ask: AskJob, options: WorkOptions): Promise<void> {
  let faults = 0;
  while (!options.ending.aborted) {
    try {
      await takeOne(ask, null, pollMs, options);
      if (faults > 0) options.say("the server answers again");
      faults = 0;
    } catch (error) {
      if (options.ending.aborted) return;
      faults++;
      const refused = error instanceof CallRefused;
      if (faults === 1 || refused) options.say(`no jobs for now: ${options.redactor.text(String(error))}`);
      await wait(refused ? refusedPauseMs : pauseMs(faults), options.ending).catch(() => {});
    }
  }
}

/**
 * Takes the jobs of one loop, one after another, until there is none. Answers why it ended, for the log of
 * the CI.
 *
 * @throws CallRefused when the server does not accept this runner.
 */
export async function workOffLoop(loop: string, options: WorkOptions, idleMs = idleMsMax): Promise<string> {
  const ask = jobAsker(options);
  let jobs = 0;
  let quietSince = performance.now();
  let faults = 0;
  while (!options.ending.aborted) {
    const leftMs = idleMs - (performance.now() - quietSince);
    if (leftMs <= 0) break;
    try {
      const took = await takeOne(ask, loop, Math.min(pollMs, Math.ceil(leftMs)), options);
      faults = 0;
      if (!took) continue;
      jobs++;
      quietSince = performance.now();
    } catch (error) {
      if (options.ending.aborted) break;
      if (error instanceof CallRefused) throw error;
      await wait(pauseMs(++faults), options.ending).catch(() => {});
    }
  }
  const done = `${jobs} ${jobs === 1 ? "job" : "jobs"} of loop ${loop} done`;
  if (options.ending.aborted) return `${done}; ended because it was told to.`;
  if (faults > 0) return `${done}; the server does not answer. Start this runner again when it does.`;
  return `${done}; none is waiting: the loop ended, or waits for a person, checks or another runner.`;
}

/** Leases one job and does it. False: none was offered within `waitMs`. */
async function takeOne(
  ask: AskJob,
  loop: string | null,
  waitMs: number,
  options: WorkOptions,
): Promise<boolean> {
  const { ending, say } = options;
  const askedAt = performance.now();
  const lease = await ask(loop, waitMs);
  if (lease === null) {
    await wait(Math.max(0, Math.min(pollMsMin, waitMs) - (performance.now() - askedAt)), ending);
    return false;
  }
  say(`${lease.spec.kind} for #${lease.issue.number} ${lease.issue.title}`);
  const ended = await workOff(lease, options);
  say(
    `${lease.spec.kind} for #${lease.issue.number}: ` +
      (ended.ended === "sent" ? ended.outcome : `void, ${ended.why}`),
  );
  return true;
}
