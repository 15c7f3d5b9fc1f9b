import type { Effect } from "../effects.ts";
import type { LoopEventType } from "../events.ts";
import { react } from "../react.ts";
import { brokenLaws } from "./laws.ts";
import { restLaws } from "./laws-of-waits.ts";
import type { Ledger } from "./ledger.ts";
import type { Stride } from "./random-walk.ts";
import { ledgerAfter } from "./told.ts";

/** Every law over a whole walk; nothing when all hold. The first stride starts the loop. */
export function brokenOnPath(strides: readonly Stride[]): string[] {
  const seen = new Set<string>();
  let known: Ledger | null = null;
  for (const { command, events, before, after } of strides) {
    const ledger = ledgerAfter(known, events, after);
    if (!ledger) return [];
    const broken = [...restLaws(after, ledger), ...keyLaws({ events, after }, seen)];
    if (known) broken.push(...brokenLaws({ command, events, before, after, known, ledger }));
    if (broken.length > 0) return broken.map((what) => `${what} after ${command.type}`);
    known = ledger;
  }
  return [];
}

const waits: readonly LoopEventType[] = ["CheckpointOpened", "QuestionsAsked", "ObstacleMet", "Escalated"];

/** The effect by which something that was begun reaches the world. */
function effectOf(type: LoopEventType): Effect["kind"] | null {
  if (type === "CallRequested") return "call";
  if (type === "ModelAsked") return "ask-model";
  if (type === "JobQueued" || type === "LeaseLost") return "offer-job";
  if (type === "ChecksAwaited") return "ask-checks";
  return waits.includes(type) ? "notice" : null;
}

/** Invariant 7. What is begun anew comes with a new key: a store performs each key once. */
function keyLaws({ events, after }: Pick<Stride, "events" | "after">, seen: Set<string>): string[] {
  const { effects, timers } = react(after);
  const begun = events.map((event) => effectOf(event.type)).filter((kind) => kind !== null);
  const now = [
    ...effects.filter((effect) => begun.includes(effect.kind)),
    ...timers.filter((timer) => timer.timer === "expire-wait" && begun.includes("notice")),
  ];
  const old = now.filter((one) => seen.has(one.key)).map((one) => `the key ${one.key} was used before`);
  for (const { key } of [...effects, ...timers]) seen.add(key);
  return old;
}
