import { z } from "zod";
import { Sha } from "../../domain/ids.ts";
import type { PlatformUser } from "../../domain/platform/webhook.ts";
import { instant } from "../_shared/webhook-reading.ts";
import { user } from "./webhook-shapes.ts";

/** What Tamma reads of GitHub's answers. Source: GitHub's OpenAPI description (`@octokit/openapi`). */

/** A number, or its digits where it is too big for JavaScript. */
export const id = z.union([z.number().int().nonnegative(), z.string().regex(/^\d+$/)]).transform(String);

/** The account of somebody who left. */
const ghost: PlatformUser = { id: "10137", login: "ghost", bot: false };

export const account = user;
export const someone = user.nullish().transform((found) => found ?? ghost);
const text = z
  .string()
  .nullish()
  .transform((found) => found ?? "");

export const label = z.object({ name: z.string() });
/** Labels of issues may come as bare names, which are old. */
const labels = z
  .array(z.union([z.string(), z.object({ name: z.string().nullish() })]))
  .transform((all) => all.map((label) => (typeof label === "string" ? label : (label.name ?? ""))));

export const repository = z.object({
  id,
  full_name: z.string(),
  html_url: z.string(),
  clone_url: z.string(),
  default_branch: z.string(),
  size: z.number().optional(),
  archived: z.boolean().optional(),
  // Shown to those who may push, and not to others.
  allow_merge_commit: z.boolean().optional(),
  allow_squash_merge: z.boolean().optional(),
  allow_rebase_merge: z.boolean().optional(),
  allow_auto_merge: z.boolean().optional(),
  permissions: z.object({ admin: z.boolean(), push: z.boolean(), pull: z.boolean() }).optional(),
});

export const issue = z.object({
  id,
  number: z.number().int().positive(),
  title: z.string(),
  body: text,
  state: z.enum(["open", "closed"]),
  html_url: z.string(),
  comments: z.number().int().optional(),
  labels,
  user: someone,
  // Lists have it not.
  closed_by: user.nullish(),
  /** There when it is a pull request, which GitHub counts as an issue too. */
  pull_request: z.unknown().optional(),
});

export const comment = z.object({ id, user: someone, body: text, created_at: instant });
/** What matters of one that was just posted. */
export const madeComment = z.object({ id });

const side = z.object({
  ref: z.string(),
  sha: Sha,
  repo: z.object({ id }).nullable(),
});

export const pullRequest = z.object({
  id,
  node_id: z.string(),
  number: z.number().int().positive(),
  html_url: z.string(),
  title: z.string(),
  body: text,
  state: z.enum(["open", "closed"]),
  draft: z.boolean().optional(),
  head: side,
  base: side,
  user: someone,
  labels,
  // A list tells it by the time alone.
  merged: z.boolean().optional(),
  merged_at: z.string().nullish(),
  merge_commit_sha: z.string().nullish(),
  merged_by: user.nullish(),
  // Lists have neither.
  mergeable: z.boolean().nullish(),
  mergeable_state: z.string().optional(),
});

export const review = z.object({
  id,
  user: someone,
  body: text,
  state: z.string(),
  commit_id: Sha.nullish(),
  // A review that is not submitted yet has none.
  submitted_at: instant.nullish(),
});

export const reviewComment = z.object({
  id,
  user: someone,
  body: text,
  created_at: instant,
  path: z.string(),
  line: z.number().int().nullish(),
  in_reply_to_id: id.nullish(),
});

/** `patch` is missing for what is binary or too big. */
export const changedFile = z.object({ filename: z.string(), patch: z.string().optional() });

const time = instant.nullish();

export const checkRun = z.object({
  id,
  name: z.string(),
  status: z.string(),
  conclusion: z.string().nullable(),
  html_url: z.string().nullish(),
  details_url: z.string().nullish(),
  started_at: time,
  completed_at: time,
});

export const status = z.object({
  id,
  context: z.string(),
  state: z.string(),
  target_url: z.string().nullish(),
  created_at: instant,
});

export const rule = z.object({
  type: z.string(),
  parameters: z
    .object({
      required_status_checks: z.array(z.object({ context: z.string() })).optional(),
      required_approving_review_count: z.number().int().optional(),
    })
    .optional(),
});

export const branch = z.object({
  name: z.string(),
  commit: z.object({ sha: Sha }),
  protected: z.boolean(),
  protection: z
    .object({
      required_status_checks: z.object({ contexts: z.array(z.string()) }).optional(),
    })
    .optional(),
});

export const protection = z.object({
  required_pull_request_reviews: z
    .object({ required_approving_review_count: z.number().int().optional() })
    .optional(),
  /** Those who may push and merge; absent: whoever may write. */
  restrictions: z
    .object({
      users: z.array(z.object({ login: z.string() })).optional(),
      apps: z.array(z.object({ slug: z.string() })).optional(),
      teams: z.array(z.unknown()).optional(),
    })
    .optional(),
});

export const workflowRun = z.object({
  id,
  html_url: z.string(),
  head_sha: Sha,
  head_branch: z.string().nullable(),
  status: z.string().nullable(),
  conclusion: z.string().nullable(),
  display_title: z.string().optional(),
  created_at: instant,
  run_started_at: instant.nullish(),
});

export const dispatched = z.object({ workflow_run_id: id });

export const job = z.object({
  id,
  name: z.string(),
  status: z.string(),
  conclusion: z.string().nullable(),
});

export const reference = z.object({ object: z.object({ sha: Sha, type: z.string() }) });
export const comparison = z.object({
  ahead_by: z.number().int(),
  behind_by: z.number().int(),
  files: z.array(changedFile).optional(),
});

export const permission = z.object({ permission: z.string(), role_name: z.string().optional() });

export const hook = z.object({
  id,
  active: z.boolean(),
  config: z.object({ url: z.string().optional() }),
});

export const delivery = z.object({
  id,
  guid: z.string(),
  event: z.string(),
  delivered_at: instant,
  status_code: z.number().int(),
});

export const merged = z.object({ sha: Sha });
export const commit = z.object({ commit: z.object({ tree: z.object({ sha: Sha }) }) });
export const madeObject = z.object({ sha: Sha });

/** `content` is empty and `encoding` "none" above a megabyte: then the blob is asked for. */
export const file = z.object({
  type: z.string(),
  size: z.number().int(),
  sha: z.string(),
  content: z.string().optional(),
  encoding: z.string().optional(),
});

export const blob = z.object({ content: z.string(), encoding: z.string() });

export const requiredStatusChecks = z.object({ contexts: z.array(z.string()) });
/** Each context once, with its newest status. */
export const combinedStatus = z.object({ statuses: z.array(z.unknown()) });
