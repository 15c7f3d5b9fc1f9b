import { z } from "zod";
import { Person, RepositoryRef } from "../loop/work.ts";
import { ProjectConfig } from "../project-config.ts";
import { todaysVersion } from "../upcast.ts";
import { repositoryUpcasts } from "./upcasts.ts";

/**
 * Every fact of a repository's own stream: what people set, the queue, the slots, whose turn it is to merge.
 */

export const RepositoryAdded = z.object({
  type: z.literal("RepositoryAdded"),
  repository: RepositoryRef,
  config: ProjectConfig,
  by: Person,
});

/** The base branch's `.tamma.yml`, as a runner read it. */
export const ConfigChanged = z.object({ type: z.literal("ConfigChanged"), config: ProjectConfig });

/** An issue in Tamma's own tracker; its body lies in the tracker, under this SHA-256. */
export const IssueCreated = z.object({
  type: z.literal("IssueCreated"),
  number: z.number().int().positive(),
  title: z.string(),
  bodySha256: z.string(),
  labels: z.array(z.string()),
  author: z.string(),
});

export const IssueClosed = z.object({ type: z.literal("IssueClosed"), number: z.number().int().positive() });

/** A loop stands in the queue: a new one for an issue, or one that gave its slot away and goes on. */
export const LoopQueued = z.object({
  type: z.literal("LoopQueued"),
  loop: z.string(),
  issue: z.number().int().positive(),
  kind: z.enum(["start", "resume"]),
  requester: Person,
  confirm: z.boolean(),
  preApprove: z.array(z.enum(["design", "complete"])),
  reason: z.enum(["asked", "auto-next", "resumed"]),
});

/** A loop left the queue without ever getting a slot. */
export const LoopUnqueued = z.object({
  type: z.literal("LoopUnqueued"),
  loop: z.string(),
  reason: z.string(),
});

export const SlotGranted = z.object({ type: z.literal("SlotGranted"), loop: z.string(), claim: z.string() });

/** `ended`: the loop is over; false when it only waits for a person. */
export const SlotReleased = z.object({
  type: z.literal("SlotReleased"),
  loop: z.string(),
  reason: z.string(),
  ended: z.boolean(),
});

export const LoopEnded = z.object({ type: z.literal("LoopEnded"), loop: z.string(), reason: z.string() });

export const MergeTurnRequested = z.object({ type: z.literal("MergeTurnRequested"), loop: z.string() });
export const MergeTurnGranted = z.object({
  type: z.literal("MergeTurnGranted"),
  loop: z.string(),
  turn: z.string(),
});
export const MergeTurnReleased = z.object({ type: z.literal("MergeTurnReleased"), loop: z.string() });

export const RepositoryEvent = z.discriminatedUnion("type", [
  RepositoryAdded,
  ConfigChanged,
  IssueCreated,
  IssueClosed,
  LoopQueued,
  LoopUnqueued,
  SlotGranted,
  SlotReleased,
  LoopEnded,
  MergeTurnRequested,
  MergeTurnGranted,
  MergeTurnReleased,
]);
export type RepositoryEvent = z.infer<typeof RepositoryEvent>;

/** Today's version of every repository event. */
export const repositoryEventVersion = todaysVersion(repositoryUpcasts);
