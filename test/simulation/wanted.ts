import { react } from "@tamma/core/domain/loop/react.ts";
import type { Loop } from "@tamma/core/domain/loop/state.ts";
import type { ObjectStore } from "../../workers/orchestrator/object-store.ts";
import { hold } from "./broken.ts";

/** The coordinator says yes later, by a command of its own. */
const answeredLater: readonly string[] = ["request-slot", "request-merge-turn"];

/**
 * What the loop waits for is still to be done: an effect is settled together with the command that it ends
 * in, so as long as the state wants it, it is pending.
 */
export function checkWanted(store: ObjectStore, loop: string, state: Loop): void {
  const pending = new Set(
    store
      .dueEffects(Number.POSITIVE_INFINITY)
      .filter(({ stream }) => stream.id === loop)
      .map(({ key }) => key),
  );
  for (const effect of react(state).effects) {
    const waits =
      effect.kind === "ask-model" || (effect.kind === "call" && !answeredLater.includes(effect.call));
    if (waits)
      hold(pending.has(effect.key), "4 what is waited for is pending", () => `${effect.key} of ${loop}`);
  }
}
