import type { Envelope } from "@tamma/core/domain/loop/events.ts";
import { RepositoryEvent } from "@tamma/core/domain/repository/events.ts";
import { evolveRepository, initialRepository } from "@tamma/core/domain/repository/evolve.ts";
import type { Disk } from "../memory/disk.ts";
import { memoryObjectStore } from "../memory/store.ts";
import { holdAside } from "./broken.ts";

const readAll = 1_000_000;

/** What a repository must answer. Called before it is asked; what comes back is called with the answer. */
export function repositoryLaw(
  disk: Disk,
  { name, method, args }: { name: string; method: string; args: unknown[] },
): (answer: unknown) => void {
  const log = () => memoryObjectStore(disk).read({ kind: "repository", id: name }, 0, readAll);
  if (method === "knownLoops") return (answer) => allConcerned(log(), (answer as { busy: string[] }).busy);
  if (method === "releaseMergeTurn") return othersTurnStays(log, args as [string, string, string | null]);
  return () => {};
}

/** Whoever repairs a restore asks these: nobody that has or wants something may be missing. */
function allConcerned(log: readonly Envelope[], busy: readonly string[]): void {
  let state = initialRepository;
  for (const { type, payload } of log)
    state = evolveRepository(state, RepositoryEvent.parse({ ...payload, type }));
  if (state.state !== "known") return;
  const { holders, queue, mergeQueue, mergeTurn, loops } = state;
  const concerned = [...holders, ...queue, ...loops.filter(({ ended }) => !ended)].map(({ loop }) => loop);
  if (mergeTurn) concerned.push(mergeTurn.loop);
  const missing = [...concerned, ...mergeQueue].filter((loop) => !busy.includes(loop));
  const why = "6 whoever has something is asked for it";
  holdAside(missing.length === 0, why, () => `nobody asks ${missing.join()}`);
}

/** A turn that comes back under one name is not the one that its loop has by now under another. */
function othersTurnStays(log: () => readonly Envelope[], args: [string, string, string | null]): () => void {
  const [loop, , turn] = args;
  const before = turnNow(log());
  if (turn === null || before === null || before.loop !== loop || before.turn === turn) return () => {};
  return () => {
    const after = turnNow(log());
    const stays = after?.loop === loop && after.turn === before.turn;
    holdAside(stays, "6 a late return takes no other turn", () => `${loop} had ${before.turn}, not ${turn}`);
  };
}

/** Who has the merge turn, and its name; null: nobody. */
function turnNow(log: readonly Envelope[]): { loop: string; turn: string } | null {
  const released = new Set<string>();
  for (const { type, payload } of log.toReversed()) {
    if (type === "MergeTurnReleased") released.add(String(payload.loop));
    if (type !== "MergeTurnGranted") continue;
    const { loop, turn } = payload as { loop: string; turn: string };
    return released.has(loop) ? null : { loop, turn };
  }
  return null;
}
