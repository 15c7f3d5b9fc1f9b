import { type Instant, type JobId, routeOf } from "../ids.ts";

/** The file in `.github/workflows` (or `.gitea/workflows`) of which Tamma starts runs. */
export const runWorkflow = "tamma.yml";

/** A run that the platform has not shown by then will not be shown: queues show what is in them. */
export const unseenMsMax = 2 * 60_000;
/** A run that no machine takes. Shorter than the loop's own deadline of an hour, which knows no reason. */
export const queuedMsMax = 50 * 60_000;
/** Runs in a row that leave their job where it was: what stops them is not chance. */
export const fruitlessMax = 3;
/** A pause before the next try, doubled with each: faults of a platform pass within minutes. */
export const pauseMsFirst = 30_000;
/** All runs of one loop. Each costs minutes of somebody's machine; a loop that works needs a dozen. */
export const runsPerLoopMax = 60;

/** The job that a runner has to do. */
export interface OpenJob {
  readonly id: JobId;
  /** Somebody is at it: a CI run, or a runner that serves. */
  readonly held: boolean;
}

/** The last run that was started for a loop; kept by whoever starts them. */
export interface Dispatched {
  readonly at: Instant;
  /** The job that was open then. */
  readonly job: JobId;
  /** Runs that were started for that very job, this one included. */
  readonly tries: number;
  /** Runs of the loop so far, this one included. */
  readonly runs: number;
}

/** How the platform shows that run; `unseen`: it does not show it (yet), or cannot show runs at all. */
export type RunState = "unseen" | "waiting" | "running" | "passed" | "failed" | "cancelled";

/** `wait`: look again at `until`, or when something happens where it is null. */
export type DispatchDecision =
  | { do: "dispatch"; next: Dispatched }
  | { do: "wait"; until: Instant | null; why: string }
  | { do: "give-up"; why: string; todo: string };

export interface DispatchQuestion {
  /** Who does the jobs of this repository: runs of its CI, or runners that serve. */
  readonly runner: "ci" | "serve";
  /** Can the platform be asked to start a workflow? */
  readonly canDispatch: boolean;
  /** Null: the loop needs no runner now. */
  readonly open: OpenJob | null;
  /** Null: no run was started for this loop yet. */
  readonly last: Dispatched | null;
  /** Of the last run; `unseen` without one. */
  readonly run: RunState;
  readonly now: Instant;
}

/**
 * Whether a run of the repository's CI is to be started for a loop. At most one of a loop is alive at a time,
 * so that two machines never do one job; what no further run would change is given up, with what a person can
 * do.
 */
export function decideDispatch({
  runner,
  canDispatch,
  open,
  last,
  run,
  now,
}: DispatchQuestion): DispatchDecision {
  if (runner === "serve") return wait(null, "this repository's jobs are done by a runner that serves");
  if (open === null) return wait(null, "no job is open");
  if (!canDispatch)
    return giveUp(
      "this platform cannot be asked to start a workflow",
      "set `runner: serve` and start a runner, then `tamma retry`",
    );
  // Whoever holds it loses it by time when he is gone; then it is open again.
  if (open.held) return wait(null, "a runner is at the job");
  if (last === null) return start(open, last, now);
  const alive = whileAlive(last, run, now);
  if (alive !== null) return alive;
  if (run === "cancelled")
    return giveUp(
      "the run was cancelled",
      "`tamma retry` when the loop should go on; another run is started then",
    );
  if (last.runs >= runsPerLoopMax)
    return giveUp(
      `${last.runs} runs were started for this loop`,
      "look at what they did, then `tamma retry` or `tamma stop`",
    );
  // The last run has brought the loop on, to another job.
  if (last.job !== open.id) return start(open, last, now);
  if (last.tries >= fruitlessMax) return giveUp(...fruitless(last.tries, run));
  const again = last.at + pauseMsFirst * 2 ** (last.tries - 1);
  if (now < again) return wait(again, `the last run ${words[run]}; it is tried again`);
  return start(open, last, now);
}

/** Null when the last run is over, or nobody will hear of it again. */
function whileAlive({ at }: Dispatched, run: RunState, now: Instant): DispatchDecision | null {
  if (run === "running") return wait(null, "a run is at work");
  if (run === "unseen" && now < at + unseenMsMax)
    return wait(at + unseenMsMax, "the run that was started is not to be seen yet");
  if (run !== "waiting") return null;
  if (now < at + queuedMsMax) return wait(at + queuedMsMax, "the run waits for a machine");
  const minutes = queuedMsMax / 60_000;
  return giveUp(
    `no machine has taken the run for ${minutes} minutes`,
    "give the platform's CI a machine, or set `runner: serve` and start a runner; then `tamma retry`",
  );
}

/**
 * A person put right why runs were given up: what they came to counts no more. Only one that is still alive
 * does, and is waited for anew; null: there is none.
 */
export function afterAnAnswer(run: RunState, { id }: OpenJob, now: Instant): Dispatched | null {
  return run === "waiting" || run === "running" ? { at: now, job: id, tries: 1, runs: 1 } : null;
}

/** By this word a run is found again; it stands in the run's title. */
export function correlationOf({ at, job, runs }: Dispatched): string {
  return `${routeOf(job)?.workItemId ?? ""}-${runs}-${at.toString(36)}`;
}

function start({ id }: OpenJob, last: Dispatched | null, now: Instant): DispatchDecision {
  const tries = last?.job === id ? last.tries + 1 : 1;
  return { do: "dispatch", next: { at: now, job: id, tries, runs: (last?.runs ?? 0) + 1 } };
}

const words: Readonly<Record<RunState, string>> = {
  unseen: "was never to be seen",
  waiting: "waits",
  running: "runs",
  passed: "ended without doing the job",
  failed: "failed",
  cancelled: "was cancelled",
};

function fruitless(tries: number, run: RunState): [why: string, todo: string] {
  const why = `${tries} runs in a row left the job undone; the last one ${words[run]}`;
  if (run === "unseen")
    return [
      why,
      `see that ${runWorkflow} is on the default branch, with the correlation in its run-name; ` +
        "then `tamma retry`",
    ];
  return [why, "its log says why; put that right, then `tamma retry`"];
}

function wait(until: Instant | null, why: string): DispatchDecision {
  return { do: "wait", until, why };
}

function giveUp(why: string, todo: string): DispatchDecision {
  return { do: "give-up", why, todo };
}
