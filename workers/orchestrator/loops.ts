import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import type {
  ChainReport,
  EventPage,
  Inbox,
  LogPage,
  LoopList,
  RecordPage,
  RerunReport,
  StartLoop,
} from "@tamma/core/protocol/rest.ts";
import type { Answer, Caller, LoopStarted } from "../rpc.ts";
import { logError } from "./log.ts";
import { listFromD1 } from "./loop-list.ts";
import type { LoopRow } from "./objects.ts";
import { allRepositories, ownerOf, type Parts, repositoryAt } from "./parts.ts";

/** Starting loops and reading them. */

export async function startLoop(
  parts: Parts,
  caller: Caller,
  input: StartLoop,
): Promise<Answer<LoopStarted>> {
  const found = await repositoryAt(parts, input.repository);
  return found.ok ? found.value.coordinator.queueLoop(caller, input) : found;
}

/**
 * Loops in flight come from the coordinators, which are never behind; ended ones from D1. D1 down: what the
 * coordinators still know is listed, and the list says that it is not everything.
 */
export async function listLoops(
  parts: Parts,
  filter: { state: "active" | "all"; repository: string | null },
): Promise<LoopList> {
  const { rows, queued } = await fromCoordinators(parts, filter.repository);
  const live = rows.filter((row) => filter.state === "all" || row.active).map((row) => row.summary);
  if (filter.state === "active") return { loops: newestFirst(live), queued, degraded: false };
  try {
    const known = new Set(live.map((each) => each.id));
    const older = await listFromD1(parts.env.DB, parts.cipher, filter.repository);
    return {
      loops: newestFirst([...live, ...older.filter((each) => !known.has(each.id))]),
      queued,
      degraded: false,
    };
  } catch (thrown) {
    logError("list", thrown);
    return { loops: newestFirst(live), queued, degraded: true };
  }
}

/** All that waits for a person, longest wait first. */
export async function inbox(parts: Parts): Promise<Inbox> {
  const { rows } = await fromCoordinators(parts, null);
  const items = rows.flatMap((row) => (row.inbox ? [row.inbox] : []));
  return { items: items.sort((a, b) => a.since - b.since) };
}

async function fromCoordinators(
  parts: Parts,
  key: string | null,
): Promise<{ rows: LoopRow[]; queued: LoopList["queued"] }> {
  const all = await allRepositories(parts);
  const wanted = all.filter(({ repository: { id, name } }) => key === null || key === id || key === name);
  const lists = await Promise.all(
    wanted.map(async ({ repository, coordinator }) => {
      const { rows, queued } = await coordinator.listLoops();
      return { rows, queued: queued.map((each) => ({ repository: repository.id, ...each })) };
    }),
  );
  return { rows: lists.flatMap((list) => list.rows), queued: lists.flatMap((list) => list.queued) };
}

function newestFirst<T extends { startedAt: number }>(loops: T[]): T[] {
  return loops.sort((a, b) => b.startedAt - a.startedAt);
}

export async function loopView(parts: Parts, id: string): Promise<Answer<LoopView>> {
  const owner = ownerOf(parts, id);
  return owner.ok ? owner.value.object.view(owner.value.loop) : owner;
}

export async function loopEvents(
  parts: Parts,
  id: string,
  after: number,
  limit: number,
): Promise<Answer<EventPage>> {
  const owner = ownerOf(parts, id);
  return owner.ok ? owner.value.object.events(owner.value.loop, after, limit) : owner;
}

export async function loopStateAt(
  parts: Parts,
  id: string,
  seq: number,
): Promise<Answer<{ seq: number; state: unknown }>> {
  const owner = ownerOf(parts, id);
  return owner.ok ? owner.value.object.stateAt(owner.value.loop, seq) : owner;
}

export async function verifyChain(parts: Parts, id: string): Promise<Answer<ChainReport>> {
  const owner = ownerOf(parts, id);
  return owner.ok ? owner.value.object.verifyChain(owner.value.loop) : owner;
}

export async function loopRecord(
  parts: Parts,
  id: string,
  after: number,
  limit: number,
): Promise<Answer<RecordPage>> {
  const owner = ownerOf(parts, id);
  return owner.ok ? owner.value.object.record(owner.value.loop, after, limit) : owner;
}

export async function loopLogs(
  parts: Parts,
  id: string,
  after: string,
  job: string | null,
): Promise<Answer<LogPage>> {
  const owner = ownerOf(parts, id);
  return owner.ok ? owner.value.object.readLogs(owner.value.loop, after, job) : owner;
}

export async function rerunLoop(parts: Parts, id: string, from: number): Promise<Answer<RerunReport>> {
  const owner = ownerOf(parts, id);
  return owner.ok ? owner.value.object.rerun(owner.value.loop, from) : owner;
}

export async function loopDiff(parts: Parts, id: string): Promise<Answer<string>> {
  const owner = ownerOf(parts, id);
  return owner.ok ? owner.value.object.diff(owner.value.loop) : owner;
}

export async function loopLog(parts: Parts, id: string, job: string | null): Promise<Answer<string>> {
  const owner = ownerOf(parts, id);
  return owner.ok ? owner.value.object.readLog(owner.value.loop, job) : owner;
}
