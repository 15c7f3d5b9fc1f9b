import type { TurnRequest } from "../../protocol/model-turn.ts";

/** Proxies cut or refuse long headers; no label of ours is near this. */
const labelCharsMax = 200;

/**
 * What a turn is for, as headers that a gateway can group costs by. Ids are percent-encoded because `#` and
 * `/` are part of them and gateways split on such signs; the rest is kept readable and loses what no header
 * may carry.
 */
export function labelHeaders(labels: TurnRequest["labels"]): Record<string, string> {
  return {
    "x-tamma-loop": encodeURIComponent(labels.loop.toWellFormed()).slice(0, labelCharsMax),
    "x-tamma-issue": headerSafe(labels.issue),
    "x-tamma-step": headerSafe(labels.step),
    "x-tamma-attempt": headerSafe(labels.attempt),
    "x-tamma-turn": encodeURIComponent(labels.turn.toWellFormed()).slice(0, labelCharsMax),
  };
}

function headerSafe(value: string): string {
  return value
    .replace(/[^\x20-\x7e]+/g, " ")
    .trim()
    .slice(0, labelCharsMax);
}
