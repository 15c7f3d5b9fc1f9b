import { CommandRefused } from "../errors.ts";
import type { LoopCommand } from "../loop/commands.ts";
import { decide } from "../loop/decide.ts";
import type { Loop } from "../loop/state.ts";
import type { OpenOrders } from "../loop/view.ts";
import type { Person } from "../loop/work.ts";

/** Nobody: only whether it is possible is asked, and that does not depend on who wants it. */
const by: Person = { kind: "person", id: "", authenticated: "", ip: null };

/** What a person may order now. The rules themselves are asked, and what they decide is thrown away. */
export function openOrders(loop: Loop): OpenOrders {
  return {
    pause: whyNot(loop, { type: "PauseLoop", by }, "it is paused already"),
    resume: whyNot(loop, { type: "ClearObstacle", by }, "nothing is in the way"),
    escalate: whyNot(loop, { type: "EscalateLoop", by, reason: "" }, "it is escalated already"),
  };
}

/** @param unchanged why, when the order is taken and changes nothing */
function whyNot(loop: Loop, command: LoopCommand, unchanged: string): string | null {
  try {
    const at = loop.state === "not-started" ? 0 : loop.facts.now;
    const events = decide(command, loop, { at, actor: by, sha256: () => "" });
    return events.length === 0 ? unchanged : null;
  } catch (thrown) {
    if (thrown instanceof CommandRefused) return thrown.message;
    throw thrown;
  }
}
