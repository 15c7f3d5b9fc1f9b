import type { z } from "zod";
import { PlatformError } from "../../ports/platform.ts";
import { AnswerError } from "../_shared/transport.ts";

/** `value` in the shape of `schema`; what does not fit is a `transient` error that names the field. */
export function shaped<T>(operation: string, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join(".") || "the answer";
  const message = `not what the platform documents: ${field}: ${issue?.message}`;
  throw new PlatformError({ kind: "transient", operation, message });
}

/** JSON in which a whole number too big for JavaScript stays exact, as text: ids of deliveries are. */
export function parseJson(operation: string, text: string): unknown {
  try {
    return /\d{16}/.test(text) ? JSON.parse(text, exact) : JSON.parse(text);
  } catch {
    const message = "not what the platform documents: its answer is no JSON";
    throw new PlatformError({ kind: "transient", operation, message });
  }
}

function exact(_key: string, value: unknown, context?: { source?: string }): unknown {
  const isExact = typeof value !== "number" || Number.isSafeInteger(value) || !Number.isInteger(value);
  return isExact ? value : (context?.source ?? value);
}

/** Did the platform answer with one of these statuses? Null when not; whatever else is not ours to judge. */
export function answeredWith(error: unknown, ...statuses: number[]): AnswerError | null {
  return error instanceof AnswerError && statuses.includes(error.status) ? error : null;
}

/** What `work` answers; null when the platform does not know what was asked for. */
export async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof PlatformError && error.kind === "not-found") return null;
    throw error;
  }
}

/** Null for what is not there or not shown: GitHub answers 404 and 403 for both. */
export async function unlessHidden<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await orNull(work);
  } catch (error) {
    if (error instanceof PlatformError && error.kind === "forbidden") return null;
    throw error;
  }
}

/** An id that GitHub counts with. @throws PlatformError for what none of its numbers is */
export function numberOf(operation: string, id: string): number {
  if (/^\d{1,20}$/.test(id)) {
    const number = Number(id);
    // Octokit writes it into an address, where text does as well.
    return Number.isSafeInteger(number) ? number : (id as unknown as number);
  }
  throw new PlatformError({ kind: "validation", operation, message: `"${id.slice(0, 100)}" is no id` });
}
