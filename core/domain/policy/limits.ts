/** Ceilings of the loop. Each has a reason; times are in milliseconds. */

/** FR-16: one first attempt and three retries of every gate, then a person. */
export const retriesMax = 3;

/** A runner that vanishes that often on one attempt is a failed verdict: a crash gives no free tries. */
export const leasesLostMax = 3;

/** After three rounds of comments the two sides talk past each other; a person has to look. */
export const addressRoundsMax = 3;

/** Comments that one round answers: together they leave room for the code in a model's context. */
export const threadsPerRoundMax = 50;

/** Open comments at once, two rounds of them. More is a flood, which nobody reads and no state can hold. */
export const openThreadsMax = 100;

/** Model turns of one develop job; a change that needs more was planned too large. */
export const turnsPerJobMax = 50;

/** Model turns of a whole loop, over all jobs. */
export const turnsPerLoopMax = 400;

/** A vanished runner is noticed within a minute. */
export const leaseMs = 30_000;

/** At least three heartbeats in a lease; two seconds also make "stop" reach a runner within five. */
export const heartbeatMs = 2_000;

/** Without any runner for that long somebody has to be told. */
export const runnerDeadlineMs = 60 * 60_000;

/** Checks that never report: some CI queues take hours, none a day. */
export const checksDeadlineMs = 12 * 60 * 60_000;

/** CI that is set up begins within seconds; after ten minutes the usual reason is that nothing started it. */
export const checksSilentMs = 10 * 60_000;

/** Pauses between two looks at checks: most CI is done within minutes, and some takes hours. */
const checksPausesMs: readonly number[] = [60_000, 2 * 60_000, 5 * 60_000, 10 * 60_000];
const checksPauseLastMs = 30 * 60_000;

/** How long after the push checks are asked for again for the `n`th time, `n` from 1 on. */
export function checksAskedAfterMs(n: number): number {
  const listed = checksPausesMs.slice(0, n).reduce((sum, ms) => sum + ms, 0);
  return listed + Math.max(0, n - checksPausesMs.length) * checksPauseLastMs;
}

/** A platform needs a moment to begin: before that "no check at all" says nothing yet. */
export const noChecksAfterMs = 60_000;

/** One model turn, streamed; the reservation of its cost lives a minute longer. */
export const turnTimeoutMs = 10 * 60_000;
export const reservationGraceMs = 60_000;

/** A local model reads a long prompt for minutes before the first byte of its answer. */
export const answerFirstByteMs = 300_000;

/** Services send heartbeats every few seconds; a connection that is silent for so long is dead. */
export const answerSilenceMs = 120_000;

/** Five times the longest answer that we ask for, with the frame around every token. */
export const answerBytesMax = 32_000_000;

/**
 * What a loop does for a shorter time is not told on its platform, where each word is a request and a mail:
 * nobody reads that fast. That it began, asks a person, or ended is told at once.
 */
export const passingMs = 30_000;

/** A person is reminded daily, and after three days the wait becomes an escalation. */
export const remindEveryMs = 24 * 60 * 60_000;
export const waitExpiryMs = 3 * 24 * 60 * 60_000;

/** An escalated loop that nobody touches is parked, its branch kept. */
export const escalationExpiryMs = 7 * 24 * 60 * 60_000;

/** A loop as a whole; after two weeks the issue and the code have moved on. */
export const totalTimeMs = 14 * 24 * 60 * 60_000;

/** A provider that is down is asked again after this when it named no time itself. */
export const modelPostponeMs = 30_000;

/** Postponed that often in a row without an answer, the provider is a person's problem. */
export const modelPostponesMax = 20;

/** Evidence is shown whole on a page and sent to the model; more than this nobody reads. */
export const excerptCharsMax = 4_000;

/** A patch above this is not reviewable and not storable (runner design). */
export const patchBytesMax = 10_000_000;

/** Default ceiling of money per loop: five dollars. */
export const budgetMicroUsdDefault = 5_000_000;
