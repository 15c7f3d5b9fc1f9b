import type { CommandOf } from "../commands.ts";
import type { Begun } from "../events/people.ts";
import type { Active, Doing, Obstacle } from "../state.ts";
import { type Batch, stale } from "./batch.ts";
import { ask, call, enterCi, enterMerge, queueJob } from "./enter.ts";
import { escalate } from "./escalate.ts";
import { goOn } from "./resume.ts";
import { isMerging } from "./world.ts";

/** A person wants the loop now: it is handed over like one that could not go on. */
export function escalateLoop(b: Batch, { by, reason }: CommandOf<"EscalateLoop">): void {
  refuseMidMerge(b.active());
  const why = reason.trim() || "no reason was given";
  escalate(b, { gate: null, what: `${by.id} wants to take it`, why, excerpt: "" });
}

/** A person stops the work for a while. What was tried so far counts as before. */
export function pauseLoop(b: Batch, { by }: CommandOf<"PauseLoop">): void {
  const loop = b.active();
  const { doing } = loop;
  if (doing.kind === "obstacle" && doing.obstacle.obstacle === "paused") return;
  refuseMidMerge(loop);
  const brokenOff = begun(doing);
  if (doing.kind === "call" && doing.call === "request-slot")
    throw stale("waits-for-a-slot", "the loop waits for a slot and does nothing meanwhile", "let it wait");
  if (brokenOff === null)
    throw stale(
      "waits-for-a-person",
      "the loop waits for a person and does nothing meanwhile",
      "let it wait",
    );
  if (doing.kind === "job") b.add({ type: "JobDropped", job: doing.job.id, reason: "the loop was paused" });
  const todo = "`tamma resume` goes on where it was";
  b.add({ type: "ObstacleMet", obstacle: "paused", what: `${by.id} paused the loop`, todo, brokenOff });
}

/**
 * Nobody does the open job before a person has put something right. Whoever holds it by now goes on, and an
 * older job is no matter any more.
 */
export function reportNoRun(b: Batch, { job, why, todo }: CommandOf<"ReportNoRun">): void {
  const { loop } = b;
  if (loop.state !== "active" || loop.doing.kind !== "job") return;
  const { doing } = loop;
  if (doing.job.id !== job || doing.job.runner !== null) return;
  const { kind, purpose, notBefore } = doing.job;
  b.add({ type: "JobDropped", job, reason: "no run of the CI does it" });
  const brokenOff: Begun = { kind: "job", job: kind, purpose, notBefore };
  b.add({ type: "ObstacleMet", obstacle: "runner", what: why, todo, brokenOff });
}

/** The obstacle is out of the way: the loop goes on. */
export function clearObstacle(b: Batch, { by }: CommandOf<"ClearObstacle">): void {
  const { doing } = b.active();
  if (doing.kind !== "obstacle") throw stale("no-obstacle", "nothing is in the way", "see `tamma status`");
  const { obstacle } = doing.obstacle;
  b.add({ type: "ObstacleCleared", obstacle, by, at: b.context.at });
  if (obstacle === "paused" || doing.obstacle.brokenOff) return beginAgain(b, doing.obstacle);
  if (obstacle === "take-over") return goOn(b, { at: "take-over" });
  goOn(b, { at: b.active().step, gate: null });
}

/** Begins again what was broken off, unless somebody pushed meanwhile: that head comes first. */
function beginAgain(b: Batch, { brokenOff }: Obstacle): void {
  const { headMoved, pullRequest } = b.facts;
  if (headMoved && pullRequest) return goOn(b, { at: "take-over" });
  if (!brokenOff) return goOn(b, { at: b.active().step, gate: null });
  switch (brokenOff.kind) {
    case "job":
      // A pause gives the merge turn back, so it is asked for again, along with every gate.
      return brokenOff.job === "merge"
        ? enterMerge(b)
        : queueJob(b, brokenOff.job, brokenOff.purpose, brokenOff.notBefore);
    case "model":
      return ask(b, brokenOff.task, brokenOff.notBefore);
    case "call":
      return brokenOff.call === "request-merge-turn" ? enterMerge(b) : call(b, brokenOff.call);
    case "checks":
      return enterCi(b);
    default:
      return brokenOff satisfies never;
  }
}

/** What the loop has begun without a person; null when it waits for one. */
function begun(doing: Doing): Begun | null {
  switch (doing.kind) {
    case "job": {
      const { kind: job, purpose, notBefore } = doing.job;
      return { kind: "job", job, purpose, notBefore };
    }
    case "model":
      return { kind: "model", task: doing.task, notBefore: doing.notBefore };
    case "call":
      return { kind: "call", call: doing.call };
    case "checks":
      return { kind: "checks" };
    case "checkpoint":
    case "questions":
    case "obstacle":
    case "deciding":
      return null;
    default:
      return doing satisfies never;
  }
}

/** A merge that somebody was given may have happened already: only its answer says so. */
function refuseMidMerge(loop: Active): void {
  const { doing } = loop;
  const given = doing.kind === "job" && doing.job.kind === "merge" && doing.job.fence > 0;
  if (given || isMerging(loop))
    throw stale("merge-under-way", "the loop is being merged right now", "wait for its end, then look again");
}
