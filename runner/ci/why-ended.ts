import type { JobKind, LoopStanding } from "@tamma/core/protocol/runner.ts";

/** A killed runner's job is open again after half a minute; whoever holds it longer is at work. */
const heldMsMax = 90_000;
/** A job that is offered and that the server does not give to us. */
const notGivenMsMax = 60_000;
/** A time or a turn of others that is near is waited for: a machine that is started anew costs as much. */
const soonMsMax = 60_000;
/** One turn of a model takes ten minutes at most, and may be followed by a second one. */
const workingMsMax = 20 * 60_000;

/** Whom a loop waits for when this run ends; `nobody`: it is over. */
export type WaitsFor = "person" | "checks" | "machine" | "time" | "nobody";

/**
 * Why there is nothing more to do for a run that does jobs of `kinds` (null: of all kinds) and has had
 * none for
 * `quietMs`; null while there may be.
 */
export function whyEnded(
  { word, job }: Pick<LoopStanding, "word" | "job">,
  kinds: readonly JobKind[] | null,
  quietMs: number,
): { waitsFor: WaitsFor; why: string } | null {
  const end = (waitsFor: WaitsFor, why: string, afterMs = 0) =>
    quietMs >= afterMs ? { waitsFor, why } : null;
  switch (word) {
    case "needs you":
      return end("person", "the loop waits for a person");
    case "escalated":
      return end("person", "the loop was handed to a person");
    case "waiting for checks":
      return end("checks", "the loop waits for the checks of its pull request");
    case "waiting for a slot":
      return end("time", "the loop waits for its turn in the repository", soonMsMax);
    case "waiting for time":
      return end("time", "the loop tries again later", soonMsMax);
    case "waiting for a runner":
    case "running":
      if (job && kinds && !kinds.includes(job.kind))
        return end("machine", `the next job (${job.kind}) is for another machine`);
      if (word === "waiting for a runner")
        return end("machine", "a job is open that the server does not give to this run", notGivenMsMax);
      if (job !== null) return end("machine", "another machine is at the loop's job", heldMsMax);
      return end("time", "the server has been at work for long", workingMsMax);
    case "merged":
      return end("nobody", "the loop is over: its change was merged");
    case "rejected":
    case "abandoned":
    case "cancelled":
      return end("nobody", `the loop is over: ${word}`);
    default:
      return word satisfies never;
  }
}
