import { routeOf } from "@tamma/core/domain/ids.ts";
import type { LoopRecord } from "./record.ts";

/** From an event of the first type to the next one of the second, the loop waits for somebody outside. */
const waits = new Map([
  ["CheckpointOpened", "ApprovalGiven"],
  ["TurnReserved", "TurnSettled"],
]);

/** A stretch of time, in milliseconds since the epoch. */
interface Span {
  from: number;
  to: number;
}

/**
 * What the loop itself took: all of its time but that of people and models, `jobMs` for each job, and
 * `waitedMs` for its merge turn.
 */
export function overheadMs({ events }: LoopRecord, jobMs: number, waitedMs: number): number {
  const whole = (events.at(-1)?.at ?? 0) - (events[0]?.at ?? 0);
  let outside = 0;
  let open: { until: string; since: number } | null = null;
  for (const { type, at } of events) {
    if (open?.until === type) {
      outside += at - open.since;
      open = null;
    }
    const until = waits.get(type);
    if (until !== undefined) open = { until, since: at };
  }
  const jobs = events.filter(({ type }) => type === "LeaseGranted").length;
  return whole - outside - jobs * jobMs - waitedMs;
}

/**
 * How long a loop waited while others of its repository merged: one merges at a time, whatever the load. The
 * way of the turn from one to the next is not part of it.
 */
export function turnWaitMs(record: LoopRecord, all: readonly LoopRecord[]): number {
  const wait = turnWaitOf(record);
  if (!wait) return 0;
  const others = all.filter((other) => other !== record && repositoryOf(other) === repositoryOf(record));
  const merging = others.flatMap((other) => mergeOf(other) ?? []);
  return merging.reduce((sum, merge) => sum + sharedMs(wait, merge), 0);
}

/** From the event before the turn was granted, which asked for it. */
function turnWaitOf({ events }: LoopRecord): Span | null {
  const n = events.findIndex(({ type }) => type === "MergeTurnGranted");
  const [asked, granted] = [events[n - 1], events[n]];
  return asked && granted ? { from: asked.at, to: granted.at } : null;
}

/** From the grant of the turn to the merge. */
function mergeOf({ events }: LoopRecord): Span | null {
  const [granted, merged] = ["MergeTurnGranted", "Merged"].map((type) =>
    events.find((event) => event.type === type),
  );
  return granted && merged ? { from: granted.at, to: merged.at } : null;
}

function sharedMs(one: Span, other: Span): number {
  return Math.max(0, Math.min(one.to, other.to) - Math.max(one.from, other.from));
}

function repositoryOf({ loop }: LoopRecord): string {
  const route = routeOf(loop);
  return `${route?.connection}/${route?.repositoryId}`;
}

/** The longest time between two events that follow each other. */
export function longestStillMs({ events }: LoopRecord): number {
  return events.reduce((most, { at }, n) => Math.max(most, at - (events[n - 1]?.at ?? at)), 0);
}
