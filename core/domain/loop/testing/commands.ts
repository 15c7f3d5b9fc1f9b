import type { CommandOf } from "../commands.ts";
import type { JobKind, JobPurpose } from "../events/control.ts";
import type { CheckpointKind } from "../events/people.ts";
import type { JobResult } from "../jobs.ts";
import type { Checkpoint, Facts, Job, Loop } from "../state.ts";
import type { LoopSettings } from "../work.ts";
import { calm } from "./answers.ts";
import { person } from "./samples.ts";
import { answer, describeLoop, drive, send, started } from "./scenario.ts";
import type { World } from "./world.ts";

/** Commands that fit the present state, so that a test names only what it is about. */

export function factsOf(loop: Loop): Facts {
  if (loop.state === "not-started") throw new Error("the loop has no facts before it starts");
  return loop.facts;
}

/** The job of the loop; fails when it has none. */
export function jobOf(loop: Loop): Job {
  if (loop.state === "active" && loop.doing.kind === "job") return loop.doing.job;
  throw new Error(`no job at ${describeLoop(loop)}`);
}

export function checkpointOf(loop: Loop): Checkpoint {
  if (loop.state === "active" && loop.doing.kind === "checkpoint") return loop.doing.checkpoint;
  throw new Error(`no checkpoint at ${describeLoop(loop)}`);
}

/** Drives until a job of this kind is leased. */
export function leased(kind: JobKind, loop: Loop = started(), purpose?: JobPurpose): Loop {
  return drive(loop, (one) => {
    if (one.state !== "active" || one.doing.kind !== "job" || one.doing.job.kind !== kind) return false;
    return one.doing.job.runner !== null && (purpose === undefined || one.doing.job.purpose === purpose);
  });
}

/** Drives until a checkpoint of this kind is open. */
export function atCheckpoint(kind: CheckpointKind, changes: Partial<LoopSettings> = {}): Loop {
  return toCheckpoint(kind, started(changes));
}

export function toCheckpoint(kind: CheckpointKind, loop: Loop): Loop {
  return drive(
    loop,
    (one) => one.state === "active" && one.doing.kind === "checkpoint" && one.doing.checkpoint.kind === kind,
  );
}

/** The result of the leased job. */
export function result(loop: Loop, report: JobResult): CommandOf<"ReportJobResult"> {
  const { id: job, fence } = jobOf(loop);
  return { type: "ReportJobResult", job, fence, result: report };
}

export function decision(
  loop: Loop,
  changes: Partial<CommandOf<"DecideCheckpoint">> = {},
): CommandOf<"DecideCheckpoint"> {
  const { id: checkpoint, subject } = checkpointOf(loop);
  return {
    ...{ type: "DecideCheckpoint", checkpoint, subject, decision: "approve", option: null, text: "" },
    ...{ by: person("ann"), via: "cli" },
    ...changes,
  };
}

export function resolve(
  loop: Loop,
  choice: CommandOf<"ResolveEscalation">["choice"],
  text = "",
): CommandOf<"ResolveEscalation"> {
  if (loop.state !== "escalated") throw new Error(`nothing is escalated at ${describeLoop(loop)}`);
  return { type: "ResolveEscalation", escalation: loop.card.escalation, choice, text, by: person("ann") };
}

export function foreignPush(loop: Loop, head: string): CommandOf<"ReportHead"> {
  return { type: "ReportHead", branch: factsOf(loop).branch ?? "", head };
}

export function commented(thread: string): CommandOf<"CommentOnPullRequest"> {
  const place = { path: "src/round.ts", line: 3, text: "why not even?" };
  return { type: "CommentOnPullRequest", thread, author: person("ann"), ...place };
}

/**
 * The world says the named things one after another; between them it answers well until it can say the
 * next.
 */
export function say(loop: Loop, world: World, ...names: string[]): Loop {
  let now = loop;
  for (const name of names) {
    now = drive(now, (one) => offers(one, name, world), calm);
    now = send(now, answer(now, name, world).command).loop;
  }
  return now;
}

function offers(loop: Loop, name: string, world: World): boolean {
  try {
    return answer(loop, name, world) !== null;
  } catch {
    return false;
  }
}

/** Drives to the end and says how it ended. */
export function outcomeOf(loop: Loop): string {
  const end = drive(loop, (one) => one.state === "ended");
  return end.state === "ended" ? end.outcome : "";
}
