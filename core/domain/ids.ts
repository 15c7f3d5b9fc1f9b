import { z } from "zod";

/**
 * Ids carry their route (architecture, "Ids and owners"):
 * loop `<connection>/<repositoryId>/<workItemId>#<run>`, job `<loopId>~j<n>`, checkpoint `<loopId>~c<n>`,
 * turn `<job or effect id>~t<n>`. Whoever holds an id knows which object owns it.
 */
export const LoopId = z.string().regex(/^[^/#~]+\/[^/#~]+\/[^/#~]+#\d+$/, "not a loop id");
export const JobId = z.string().regex(/^[^~]+#\d+~j\d+$/, "not a job id");
export const Sha = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/, "not a full commit or tree id");
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, "not a SHA-256 in hex");
/** Milliseconds since the epoch. */
export const Instant = z.number().int().nonnegative();
/** Money in millionths of a US dollar, so that sums are exact. */
export const MicroUsd = z.number().int().nonnegative();

export type LoopId = z.infer<typeof LoopId>;
export type JobId = z.infer<typeof JobId>;
export type Sha = z.infer<typeof Sha>;
export type Sha256 = z.infer<typeof Sha256>;
export type Instant = z.infer<typeof Instant>;
export type MicroUsd = z.infer<typeof MicroUsd>;

/** The name of the object that owns every run of one work item. */
export function workItemName(connection: string, repositoryId: string, workItemId: string): string {
  return `${connection}/${repositoryId}/${workItemId}`;
}

/** Where a loop, job, checkpoint or turn belongs: `<connection>/<repositoryId>`; null for no such id. */
export function repositoryNameOf(id: string): string | null {
  const route = routeOf(id);
  return route && `${route.connection}/${route.repositoryId}`;
}

/** The id of run `run` (1, 2, 3 ...) of a work item; it is also the stream of its events. */
export function loopId(name: string, run: number): LoopId {
  return `${name}#${run}`;
}

export function jobId(loop: LoopId, n: number): JobId {
  return `${loop}~j${n}`;
}

export function checkpointId(loop: LoopId, n: number): string {
  return `${loop}~c${n}`;
}

type Groups = [loop: LoopId, connection: string, repositoryId: string, workItemId: string, run: string];

/** What a loop, job, checkpoint or turn id says about its owners; null when `id` is none of them. */
export function routeOf(id: string): {
  connection: string;
  repositoryId: string;
  workItemId: string;
  name: string;
  run: number;
  loop: LoopId;
} | null {
  const match = /^([^/#~]+)\/([^/#~]+)\/([^/#~]+)#(\d+)/.exec(id);
  if (!match) return null;
  // The pattern has these groups, and none of them is optional.
  const [loop, connection, repositoryId, workItemId, run] = match as unknown as Groups;
  return {
    connection,
    repositoryId,
    workItemId,
    name: workItemName(connection, repositoryId, workItemId),
    run: Number(run),
    loop,
  };
}
