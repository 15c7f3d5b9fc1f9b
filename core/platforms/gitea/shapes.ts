import { z } from "zod";
import type { PlatformUser } from "../../domain/platform/webhook.ts";
import { instant } from "../_shared/webhook-reading.ts";

/** What Tamma reads of Gitea's answers. Source: Gitea's OpenAPI description and `modules/structs` (1.22+). */

/** Go writes an empty list as null. */
export const listOf = <T extends z.ZodType>(one: T) =>
  z
    .array(one)
    .nullish()
    .transform((all) => all ?? []);

/** Those of accounts that are gone, and of programs, are below zero. */
const id = z.number().int().transform(String);
const text = z
  .string()
  .nullish()
  .transform((text) => text ?? "");
const flag = z
  .boolean()
  .nullish()
  .transform((flag) => flag ?? false);

/** Whom Gitea shows in place of an account that is gone. */
const ghost: PlatformUser = { id: "-1", login: "Ghost", bot: false };
/** The account in whose name Gitea's own CI acts; of others, Gitea does not say that they are programs. */
const actionsUser = "-2";

/** Teams and accounts that are gone have none. */
export const user = z
  .object({ id, login: z.string() })
  .nullish()
  .transform((one): PlatformUser => (one ? { ...one, bot: one.id === actionsUser } : ghost));

export const version = z.object({ version: z.string() });
export const settings = z.object({ max_response_items: z.number().int().positive() });

export const label = z.object({ id: z.number().int(), name: z.string() });

export const repository = z.object({
  id,
  ...{ full_name: z.string(), html_url: z.string(), clone_url: z.string(), default_branch: text },
  ...{ empty: flag, archived: flag },
  ...{ allow_merge_commits: flag, allow_rebase: flag, allow_squash_merge: flag },
  default_merge_style: text,
  permissions: z.object({ admin: flag, push: flag, pull: flag }).nullish(),
});

export const permission = z.object({ permission: z.string() });

const side = z.object({
  ...{ ref: z.string(), label: text, sha: text },
  repo: z.object({ id }).nullish(),
});

export const pullRequest = z.object({
  ...{ id, number: z.number().int(), html_url: z.string(), title: z.string(), body: text },
  state: z.enum(["open", "closed"]),
  ...{ draft: z.boolean().nullish(), merged: flag, mergeable: flag, merge_commit_sha: text },
  merged_by: user,
  ...{ head: side, base: side, user, labels: listOf(label), updated_at: instant.nullish() },
});

export const issue = z.object({
  ...{ id, number: z.number().int(), html_url: z.string(), title: z.string(), body: text },
  state: z.enum(["open", "closed"]),
  ...{ user, labels: listOf(label), assignees: listOf(z.object({ login: z.string() })) },
  /** Not null when it is a pull request, which Gitea counts as an issue too. */
  pull_request: z.unknown().optional(),
  /** How many. */
  comments: z.number().int().nullish(),
});

export const comment = z.object({ id, body: text, user, created_at: instant });
/** What matters of one that was just posted. */
export const madeComment = z.object({ id });

/** The addresses of the pages on which it stands: one of them, the other is empty. */
export const placedComment = comment.extend({ issue_url: text, pull_request_url: text });

export const timelineEntry = z.object({
  ...{ type: z.string(), body: text, user, created_at: instant },
  label: z.object({ name: z.string() }).nullish(),
});

export const review = z.object({
  ...{ id, body: text, state: z.string(), commit_id: text, user, submitted_at: instant },
  ...{ dismissed: flag, stale: flag, official: flag },
  comments_count: z.number().int().nullish(),
});

export const reviewComment = z.object({
  ...{ id, body: text, path: z.string(), user, created_at: instant },
  /** Line in the new file; nothing or 0 when it stands at a line that was removed. */
  position: z.number().int().nullish(),
  /** Line in the old file. */
  original_position: z.number().int().nullish(),
  /** Whoever resolved the conversation that the comment began. */
  resolver: z.unknown().optional(),
});

export const branch = z.object({
  commit: z.object({ id: z.string() }).nullish(),
  ...{ protected: flag, enable_status_check: flag, status_check_contexts: listOf(z.string()) },
  required_approvals: z.number().int().nullish(),
  user_can_merge: z.boolean().nullish(),
});

export const status = z.object({
  ...{ id: z.number().int(), context: z.string(), status: z.string(), target_url: text },
});

/** Null itself where there is no status at all (1.22). */
export const combinedStatus = z
  .object({ statuses: listOf(status) })
  .nullish()
  .transform((all) => all?.statuses ?? []);

/** A folder is a list of what is in it. */
export const contents = z.union([
  z.object({ type: z.string(), sha: z.string(), size: z.number(), content: z.string().nullish() }),
  z.array(z.unknown()),
]);

export const compared = z.object({ total_commits: z.number().int() });

export const hook = z.object({
  ...{ id, type: z.string(), active: flag },
  config: z
    .object({ url: text })
    .nullish()
    .transform((config) => config?.url ?? ""),
});

export const run = z.object({
  ...{ id, html_url: z.string(), head_sha: text, head_branch: text, path: text },
  ...{ status: z.string(), conclusion: text, started_at: instant.nullish(), display_title: text },
});

export const runs = z.object({ workflow_runs: listOf(run) }).transform((all) => all.workflow_runs);
export const runDetails = z.object({ workflow_run_id: id, html_url: z.string() });

export const job = z.object({ id, name: z.string(), status: z.string(), conclusion: text });
export const jobs = z.object({ jobs: listOf(job) }).transform((all) => all.jobs);

/** Answers that say nothing to us, or nothing at all. */
export const anything = z.unknown();
