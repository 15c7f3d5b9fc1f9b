import { JobId, LoopId, Sha256 } from "@tamma/core/domain/ids.ts";
import type { Context } from "hono";
import { z } from "zod";
import type { AppEnv } from "./bindings.ts";
import { HttpProblem } from "./problem.ts";

/** Ids of checkpoints, escalations and repositories are made by us and far shorter. */
const PlainId = z.string().min(1).max(300);
const IssueNumber = z.coerce.number().int().positive();

/**
 * Ids in paths hold `/`, `#` and `~`; they are one percent-encoded segment, which Hono decodes once. What
 * does not decode stays as it was and fails here.
 */
export const loopOf = (c: Context<AppEnv>) => idOf(c, "loop", LoopId);
export const jobOf = (c: Context<AppEnv>) => idOf(c, "job", JobId);
export const sha256Of = (c: Context<AppEnv>) => idOf(c, "sha256", Sha256);
export const issueOf = (c: Context<AppEnv>) => idOf(c, "number", IssueNumber);
export const plainIdOf = (c: Context<AppEnv>, name: string) => idOf(c, name, PlainId);

function idOf<S extends z.ZodType>(c: Context<AppEnv>, name: string, schema: S): z.infer<S> {
  const parsed = schema.safeParse(c.req.param(name));
  if (parsed.success) return parsed.data;
  const why = parsed.error.issues[0]?.message ?? "it does not fit";
  throw new HttpProblem(
    400,
    "bad-id",
    `The ${name} in the path cannot be read: ${why}.`,
    "Percent-encode the whole id as one segment: encodeURIComponent(id).",
  );
}
