import { z } from "zod";
import { Sha } from "../../domain/ids.ts";
import type { Webhook } from "../../domain/platform/webhook.ts";
import type { Reading } from "../../ports/webhook.ts";
import { branchOf, pushedSha, readWith, telling } from "./webhook-reading.ts";

/** What the platforms word alike: pushes, and verdicts on a commit. */

type Around = z.ZodType<Omit<Webhook, "news">>;
type Reader = (payload: unknown) => Reading;

const push = z.object({ ref: z.string(), before: pushedSha, after: pushedSha });
const status = z.object({ sha: Sha });

export const readPush =
  (around: Around): Reader =>
  (payload) =>
    readWith(around, payload, (told) =>
      readWith(push, payload, ({ ref, before, after }) => {
        const branch = branchOf(ref);
        if (branch === null) return { ignored: `"${ref}" is no branch` };
        return telling(told, { kind: "push", branch, before, after });
      }),
    );

export const readStatus =
  (around: Around): Reader =>
  (payload) =>
    readWith(around, payload, (told) =>
      readWith(status, payload, ({ sha }) => telling(told, { kind: "checks", sha })),
    );

/** `field` holds the run, and the run its commit. */
export function readRun(around: Around, field: string): Reader {
  const run = z.object({ [field]: z.object({ head_sha: Sha }) });
  return (payload) =>
    readWith(around, payload, (told) =>
      readWith(run, payload, (held) => {
        const sha = held[field]?.head_sha;
        if (sha === undefined) return { malformed: `${field}: it is missing` };
        return telling(told, { kind: "checks", sha });
      }),
    );
}
