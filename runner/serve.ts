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
      await takeOne(ask, options);
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

/** Leases one job, when one is offered, and does it. */
async function takeOne(ask: AskJob, options: WorkOptions): Promise<void> {
  const { ending, say } = options;
  const askedAt = performance.now();
  const lease = await ask(null, pollMs);
  if (lease === null) return wait(Math.max(0, pollMsMin - (performance.now() - askedAt)), ending);
  say(`${lease.spec.kind} for #${lease.issue.number} ${lease.issue.title}`);
  const ended = await workOff(lease, options);
  say(
    `${lease.spec.kind} for #${lease.issue.number}: ` +
      (ended.ended === "sent" ? ended.outcome : `void, ${ended.why}`),
  );
}
