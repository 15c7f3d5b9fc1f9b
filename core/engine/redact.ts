import { spellingsOf } from "./secret-spellings.ts";

/** What a secret is replaced by. */
const redacted = "[redacted]";

/**
 * A function that takes known secrets out of a text, in every spelling in which programs print them. It
 * looks for exact values, so it is meant for whole texts: a secret cut in two is not found.
 */
export function redactor(secrets: readonly (string | undefined)[]): (text: string) => string {
  const ordered = formsOf(secrets);
  return (text) => ordered.reduce((clean, form) => clean.replaceAll(form, redacted), text);
}

/**
 * How many letters at the end of a text may be the beginning of a secret that goes on in the next piece: 0
 * when there is none. Whoever shows a text in pieces keeps them back, be it a single letter: once that is
 * shown the rest is no secret that anybody would find.
 */
export function openEnd(secrets: readonly (string | undefined)[]): (text: string) => number {
  const forms = formsOf(secrets);
  return (text) => {
    let longest = 0;
    for (const form of forms)
      for (let n = Math.min(form.length - 1, text.length); n > longest; n -= 1)
        if (text.endsWith(form.slice(0, n))) longest = n;
    return longest;
  };
}

/** Every spelling, the longest first: a short one inside a long one would leave the rest of it standing. */
function formsOf(secrets: readonly (string | undefined)[]): string[] {
  const forms = new Set(secrets.flatMap((secret) => (secret ? spellingsOf(secret) : [])));
  return [...forms].sort((a, b) => b.length - a.length);
}

/** The same for every string inside a plain value. Keys stay as they are. */
export function redactDeep<T>(value: T, redact: (text: string) => string): T {
  if (typeof value === "string") return redact(value) as T;
  if (Array.isArray(value)) return value.map((each: unknown) => redactDeep(each, redact)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, redactDeep(each, redact)])) as T;
}
