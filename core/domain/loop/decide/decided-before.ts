import { CommandRefused } from "../../errors.ts";
import type { CommandOf } from "../commands.ts";
import type { Facts } from "../state.ts";

type Decide = CommandOf<"DecideCheckpoint">;

/**
 * What was decided at a checkpoint that is closed. True: this person said just that already, so there is
 * nothing (more) to do. False: nobody decided it. Throws a conflict that names who decided otherwise, and
 * when.
 */
export function decidedBefore(facts: Facts, command: Decide): boolean {
  const { checkpoint, by, decision, option, text } = command;
  const yes = facts.approvals.filter((one) => one.checkpoint === checkpoint);
  const no = facts.declined.filter((one) => one.checkpoint === checkpoint);
  if (decision === "approve") {
    const same = (chosen: string | null) => option === null || option === chosen;
    if (yes.some((one) => one.by.id === by.id && same(one.option))) return true;
  }
  if (no.some((one) => one.by === by.id && one.decision === decision && one.text === text)) return true;
  const refused = no.at(-1);
  if (refused) {
    const what = refused.decision === "reject" ? "rejected it" : "asked for a change";
    throw alreadyDecided(checkpoint, refused.by, what, refused.at);
  }
  const approved = yes.at(-1);
  if (approved) throw alreadyDecided(checkpoint, approved.by.id, "approved it", approved.at);
  return false;
}

const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });

function alreadyDecided(checkpoint: string, who: string, what: string, at: number): CommandRefused {
  return new CommandRefused({
    kind: "conflict",
    code: "already-decided",
    message: `checkpoint ${checkpoint} is closed: ${who} ${what} on ${moment.format(at)} UTC`,
    todo: "look at what is open now: `tamma inbox`",
  });
}
