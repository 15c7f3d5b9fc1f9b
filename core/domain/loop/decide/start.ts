import { CommandRefused } from "../../errors.ts";
import { levelRefusal } from "../../policy/modes.ts";
import type { CommandOf, Context } from "../commands.ts";
import type { Loop } from "../state.ts";
import { Batch } from "./batch.ts";
import { openCheckpoint } from "./checkpoint.ts";
import { call, enterPlan } from "./enter.ts";

export function start(loop: Loop, command: CommandOf<"StartLoop">, context: Context): Batch {
  if (loop.state !== "not-started")
    throw new CommandRefused({
      kind: "conflict",
      code: "already-started",
      message: "this loop has started already",
      todo: "look at it with `tamma status`",
    });
  const refusal = levelRefusal(command.settings.level, command.settings.membersMin);
  if (refusal)
    throw new CommandRefused({
      kind: "forbidden",
      code: "level-impossible",
      message: refusal,
      todo: "choose another level in .tamma.yml, or let more persons sign in",
    });
  const b = new Batch(loop, context);
  const { type: _, ...rest } = command;
  b.add({ type: "LoopStarted", ...rest });
  b.add({ type: "StepEntered", step: "assign" });
  call(b, "claim");
  return b;
}

export function claimed(b: Batch): void {
  b.add({ type: "WorkItemClaimed" });
  const { id, title } = b.facts.issue;
  const subject = b.context.sha256(`${id}\n${title}\n${b.facts.issue.body}`);
  const question = `Work on "${title}" without more context?`;
  if (!openCheckpoint(b, "assign", subject, question)) enterPlan(b);
}
