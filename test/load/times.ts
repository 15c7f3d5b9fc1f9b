import type { LoopRecord } from "./record.ts";

/** From an event of the first type to the next one of the second, the loop waits for somebody outside. */
const waits = new Map([
  ["CheckpointOpened", "ApprovalGiven"],
  ["TurnReserved", "TurnSettled"],
]);

/** What the loop itself took: all of its time but that of people and models, and `jobMs` for each job. */
export function overheadMs({ events }: LoopRecord, jobMs: number): number {
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
  return whole - outside - jobs * jobMs;
}

/** The longest time between two events that follow each other. */
export function longestStillMs({ events }: LoopRecord): number {
  return events.reduce((most, { at }, n) => Math.max(most, at - (events[n - 1]?.at ?? at)), 0);
}
