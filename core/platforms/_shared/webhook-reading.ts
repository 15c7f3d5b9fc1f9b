import { z } from "zod";
import type { Sha } from "../../domain/ids.ts";
import type { News, Webhook } from "../../domain/platform/webhook.ts";
import type { Reading } from "../../ports/webhook.ts";

/** Git's word for "no commit". */
const nothing = /^0+$/;

/** A commit by its full name, as SHA-1 or SHA-256; null for all zeros. */
export const pushedSha = z
  .string()
  .regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/)
  .transform((sha): Sha | null => (nothing.test(sha) ? null : sha));

/** The platforms count with numbers, from 1; Tamma compares ids as text. What JSON cannot hold is no id. */
export const id = z.int().positive().transform(String);

/** No repository has as many issues; GitHub itself counts them in 32 bits (its GraphQL schema: `Int`). */
const numberMax = 2 ** 31 - 1;

/** Of an issue or a pull request. */
export const number = z.int().positive().max(numberMax);

export const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

/** Where it happened, as both platforms write it. */
export const repository = z
  .object({ id, full_name: z.string() })
  .transform(({ id, full_name: name }) => ({ id, name }));

/** Only branches move Tamma; null for a tag and everything else. */
export function branchOf(ref: string): string | null {
  return ref.startsWith("refs/heads/") ? ref.slice("refs/heads/".length) : null;
}

/** A payload in the shape that `schema` names, or which field of it is wrong. */
export function readWith<T>(schema: z.ZodType<T>, payload: unknown, read: (value: T) => Reading): Reading {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return read(parsed.data);
  const [issue] = parsed.error.issues;
  return { malformed: `${issue?.path.join(".") || "the payload"}: ${issue?.message}` };
}

/** A table's own entry: a payload may say "constructor", too. */
export function entryOf<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

const acted = z.object({ action: z.string() });

/** Reads on with what `changes` says of the payload's action; ignored when it says nothing. */
export function readAction<Change>(
  event: string,
  changes: Readonly<Record<string, Change>>,
  payload: unknown,
  read: (change: Change) => Reading,
): Reading {
  return readWith(acted, payload, ({ action }) => {
    const change = entryOf(changes, action);
    if (change !== undefined) return read(change);
    return { ignored: `nothing is done on "${event}" with the action "${action}"` };
  });
}

/** Where and who stand beside the news in every payload. */
export function telling({ repository, sender }: Omit<Webhook, "news">, news: News): Reading {
  return { webhook: { repository, sender, news } };
}
