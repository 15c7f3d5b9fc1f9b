import type { CommandOf } from "@tamma/core/domain/loop/commands.ts";
import type { JobResult } from "@tamma/core/domain/loop/jobs.ts";
import { person } from "@tamma/core/domain/loop/testing/samples.ts";
import { describeLoop } from "@tamma/core/domain/loop/testing/scenario.ts";
import type { Told } from "./teller.ts";

/** What people and runners say in histories, beyond the answers that every loop may get. */

/** A person decides at the checkpoint that is open. */
export function decide(
  told: Told,
  decision: CommandOf<"DecideCheckpoint">["decision"],
  more: Partial<CommandOf<"DecideCheckpoint">> = {},
): void {
  const { loop } = told;
  if (loop.state !== "active" || loop.doing.kind !== "checkpoint")
    throw new Error(`no checkpoint at ${describeLoop(loop)}`);
  const { id: checkpoint, subject } = loop.doing.checkpoint;
  told.send({
    ...{ type: "DecideCheckpoint", checkpoint, subject, decision, option: null, text: "" },
    ...{ by: person("ann"), via: "dashboard", ...more },
  });
}

/** A person ends an escalation. */
export function resolve(told: Told, choice: CommandOf<"ResolveEscalation">["choice"], text = ""): void {
  const { loop } = told;
  if (loop.state !== "escalated") throw new Error(`nothing is escalated at ${describeLoop(loop)}`);
  const { escalation } = loop.card;
  told.send({ type: "ResolveEscalation", escalation, choice, text, by: person("ann") });
}

export function cancel(told: Told, reason = "not needed any more"): void {
  told.send({ type: "CancelLoop", by: person("mia"), reason });
}

/** A runner takes the job of this step and answers with `result`. */
export function leaseAnd(told: Told, step: string, result: JobResult): void {
  told.untilDoing(step, "leased");
  const { id: job, fence } = told.job;
  told.send({ type: "ReportJobResult", job, fence, result });
}

/** No usable plan, twice the same: the loop is handed to a person early. */
export function failEarly(told: Told): void {
  told.say({ failing: ["plan"] }, "garbage old", "garbage old");
}
