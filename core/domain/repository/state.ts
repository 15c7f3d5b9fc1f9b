import type { Person, RepositoryRef } from "../loop/work.ts";
import type { ProjectConfig } from "../project-config.ts";

/** A repository: unknown, or known with its queue, slots and merge turn. */
export type Repository = { state: "unknown" } | KnownRepository;

export interface KnownRepository {
  state: "known";
  repository: RepositoryRef;
  config: ProjectConfig;
  issues: KnownIssue[];
  loops: KnownLoop[];
  /** In the order of arrival. */
  queue: QueuedLoop[];
  holders: SlotHolder[];
  /** Slots granted so far; makes claims unique. */
  grants: number;
  mergeTurn: { loop: string; turn: string } | null;
  mergeQueue: string[];
  mergeTurns: number;
}

export interface KnownIssue {
  number: number;
  title: string;
  open: boolean;
}

/** One loop of one issue; issues that have one were tried and are never picked again by auto-next. */
export interface KnownLoop {
  loop: string;
  issue: number;
  ended: boolean;
  requester: Person;
  confirm: boolean;
  preApprove: ("design" | "complete")[];
}

export interface QueuedLoop {
  loop: string;
  issue: number;
  kind: "start" | "resume";
}

export interface SlotHolder {
  loop: string;
  issue: number;
  claim: string;
  kind: "start" | "resume";
}

/** Loops at once when the repository says nothing: parallel loops are asked for, never a surprise. */
export const slotsDefault = 1;

export function slotsOf(repository: KnownRepository): number {
  return repository.config.slots ?? slotsDefault;
}

/** The loop of `issue` that has not ended, or null. */
export function activeLoopOf(repository: KnownRepository, issue: number): KnownLoop | null {
  return repository.loops.find((known) => known.issue === issue && !known.ended) ?? null;
}

/**
 * The loops that may have something to give back or to wait for: those that have not ended, and whoever is in
 * the queue, has a slot or the merge turn or waits for it. After it was set back to before a loop was queued,
 * a repository can have granted something to a loop that it does not know.
 */
export function concernedLoopsOf(repository: KnownRepository): Set<string> {
  const { loops, queue, holders, mergeTurn, mergeQueue } = repository;
  return new Set([
    ...loops.flatMap(({ loop, ended }) => (ended ? [] : [loop])),
    ...[...queue, ...holders].map(({ loop }) => loop),
    ...(mergeTurn ? [mergeTurn.loop] : []),
    ...mergeQueue,
  ]);
}

/** The oldest open issue that no loop ever tried, or null. */
export function nextCandidate(repository: KnownRepository): KnownIssue | null {
  const tried = new Set(repository.loops.map((known) => known.issue));
  const open = repository.issues.filter((issue) => issue.open && !tried.has(issue.number));
  return open.sort((a, b) => a.number - b.number)[0] ?? null;
}
