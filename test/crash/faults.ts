import { retriesMax } from "@tamma/core/domain/policy/limits.ts";
import type { ChainReport, EventLine } from "@tamma/core/protocol/rest.ts";
import type { Acknowledged, Shown } from "./witness.ts";
import type { World } from "./world.ts";

/** A loop in which nothing goes wrong by itself, so that whatever is wrong came from the kills. */
export interface After {
  loop: string;
  word: string;
  events: EventLine[];
  chain: ChainReport;
  acknowledged: readonly Acknowledged[];
  shown: readonly Shown[];
  forked: readonly number[];
  world: World;
  /** Only a runner that was killed or stopped loses its lease, once each time. */
  leasesLostMax: number;
  /** What the script's edits make of the beginning, and what `main` holds. */
  trees: { expected: string; merged: string };
}

/** All that does not hold, in words. */
export function faultsOf(after: After): string[] {
  return [
    ...(after.word === "merged" ? [] : [`the loop ended as "${after.word}"`]),
    ...logFaults(after),
    ...promiseFaults(after),
    ...attemptFaults(after),
    ...worldFaults(after),
  ];
}

function logFaults({ events, chain, world, forked }: After): string[] {
  const faults = forked.map((seq) => `event ${seq} was shown with two hashes`);
  for (const [index, event] of events.entries())
    if (event.seq !== index + 1) faults.push(`event ${event.seq} stands at place ${index + 1}`);
  if (!chain.ok) faults.push(`the chain is broken at ${chain.brokenAt}: ${chain.problem}`);
  const projected = new Map(world.projected.map((row) => [`${row.stream} ${row.seq}`, row.hash]));
  for (const { stream, seq, hash } of world.events)
    if (projected.get(`${stream} ${seq}`) !== hash)
      faults.push(`event ${seq} of ${stream} is not in D1 as it is in its object`);
  if (projected.size !== world.projected.length) faults.push("D1 holds an event twice");
  if (world.projected.length > world.events.length)
    faults.push(`D1 holds ${world.projected.length} events, the objects ${world.events.length}`);
  return [...faults, ...world.events.flatMap((event, index) => linkFault(world.events[index - 1], event))];
}

function linkFault(before: World["events"][number] | undefined, event: World["events"][number]): string[] {
  if (before?.stream !== event.stream)
    return event.seq === 1 ? [] : [`${event.stream} begins at ${event.seq}`];
  if (event.seq === before.seq + 1 && event.prevHash === before.hash) return [];
  return [`event ${event.seq} of ${event.stream} does not follow event ${before.seq}`];
}

function promiseFaults(after: After): string[] {
  return [
    ...after.shown
      .filter((each) => !isPresent(after, each))
      .map(({ event }) => `event ${event.seq} ${event.type} was shown and is gone`),
    ...after.acknowledged
      .filter((each) => !isKept(after, each))
      .map(({ commandId, seq }) => `command ${commandId} was acknowledged at ${seq} and is gone`),
  ];
}

/** Whether a shown event is still there as it was. */
export function isPresent({ events }: Pick<After, "events">, { event }: Shown): boolean {
  return events[event.seq - 1]?.hash === event.hash;
}

/** Whether an acknowledged command is on record with the number that was answered. */
export function isKept({ loop, world }: Pick<After, "loop" | "world">, command: Acknowledged): boolean {
  return world.commands.get(`${loop} ${command.commandId}`) === command.seq;
}

/** Numbers follow the failed verdicts; only lost runners fail here; a lease is lost to a kill alone. */
function attemptFaults({ events, leasesLostMax }: After): string[] {
  const faults: string[] = [];
  const failed = new Map<unknown, number>();
  let lost = 0;
  for (const { seq, type, payload } of events) {
    if (type === "LeaseLost") lost += 1;
    if (type === "AttemptStarted" && payload.n !== (failed.get(payload.gate) ?? 0) + 1)
      faults.push(`attempt ${payload.n} of ${payload.gate} at ${seq} after ${failed.get(payload.gate) ?? 0}`);
    if (type !== "GateFailed") continue;
    const { fingerprint, summary } = payload.evidence as { fingerprint: string; summary: string };
    if (!fingerprint.startsWith("runner-lost:")) faults.push(`${payload.gate} failed at ${seq}: ${summary}`);
    failed.set(payload.gate, (failed.get(payload.gate) ?? 0) + 1);
  }
  for (const [gate, count] of failed)
    if (count > retriesMax) faults.push(`${gate} failed ${count} times and the loop went on`);
  if (lost > leasesLostMax) faults.push(`${lost} leases were lost, ${leasesLostMax} at most could be`);
  return [...faults, ...turnFaults(events)];
}

/** Every reservation is settled, and once. */
function turnFaults(events: readonly EventLine[]): string[] {
  const settled = new Map<unknown, number>();
  for (const { type, payload } of events)
    if (type === "TurnSettled") settled.set(payload.turn, (settled.get(payload.turn) ?? 0) + 1);
  return events
    .filter((event) => event.type === "TurnReserved" && settled.get(event.payload.turn) !== 1)
    .map(({ payload }) => `turn ${payload.turn} was settled ${settled.get(payload.turn) ?? 0} times`);
}

/** What a loop says in its life, each once: the table in docs/pipeline.md has the keys. */
const said = [
  "issue:1 notice:checkpoint:1",
  "issue:1 sticky",
  "pull:2 notice:checkpoint:2",
  "pull:2 notice:ended",
  "pull:2 review",
];

function commentFaults({ loop, world }: After): string[] {
  const found = world.comments.map((each) =>
    each
      .replace(`review:${loop}:`, "review ")
      .replace(`${loop}:`, "")
      .replace(/ [0-9a-f]{40}$/, ""),
  );
  const same = found.join() === said.join();
  return same ? [] : [`the comments are ${found.join(", ")} instead of ${said.join(", ")}`];
}

function worldFaults(after: After): string[] {
  const { world, trees, events } = after;
  const faults = commentFaults(after);
  const count = (what: string, found: number, wanted = 1) => {
    if (found !== wanted) faults.push(`${found} ${what} instead of ${wanted}`);
  };
  count("pull requests", world.pulls.length);
  count("merged pull requests", world.pulls.filter((pull) => pull.state === "merged").length);
  count("commits on main", world.merges.length);
  count("workerds", world.workerds);
  count("Merged events", events.filter((event) => event.type === "Merged").length);
  if (world.pulls[0]?.mergeSha !== world.merges[0]) faults.push("the pull request names another merge");
  if (world.branches.join() !== "main") faults.push(`branches are left: ${world.branches.join(", ")}`);
  if (world.openIssues > 0) faults.push("the issue is still open");
  if (world.labels.includes("tamma:working")) faults.push("the issue is still labelled as in work");
  for (const key of world.effects.pending) faults.push(`effect ${key} was never done`);
  for (const key of world.effects.failed) faults.push(`effect ${key} failed`);
  if (trees.expected !== trees.merged) faults.push("main holds another tree than the script makes");
  for (const left of world.leftovers) faults.push(`a process of a job is left: ${left}`);
  return faults;
}
