import type { Loop } from "../loop/state.ts";
import type { LoopWord } from "../loop/view.ts";

/** The one word for a loop's state, on every surface. Waiting for a person is never shown as running. */
export function loopWord(loop: Loop): LoopWord {
  switch (loop.state) {
    case "not-started":
      return "waiting for a slot";
    case "escalated":
      return "escalated";
    case "ended":
      return loop.outcome;
    case "active":
      return activeWord(loop);
    default:
      return loop satisfies never;
  }
}

function activeWord({ doing, facts }: Extract<Loop, { state: "active" }>): LoopWord {
  switch (doing.kind) {
    case "checkpoint":
    case "questions":
    case "obstacle":
      return "needs you";
    case "checks":
      return "waiting for checks";
    case "job":
      if (doing.job.runner !== null) return "running";
      return doing.job.notBefore > 0 ? "waiting for time" : "waiting for a runner";
    case "call":
      if (doing.queued) return "waiting for checks";
      return doing.call === "request-slot" || doing.call === "request-merge-turn"
        ? "waiting for a slot"
        : "running";
    case "model":
      // The turn that is reserved then tells us that the time has come.
      return doing.notBefore > facts.now ? "waiting for time" : "running";
    case "deciding":
      return "running";
    default:
      return doing satisfies never;
  }
}
