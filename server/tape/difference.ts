import { type Asked, conversations } from "./asked.ts";
import type { Cassette, Exchange } from "./cassette.ts";

/** Letters around the first one that differs: enough to know the place. */
const excerptBefore = 40;
const excerptAfter = 80;

/** The first place where a request is not the one on the tape. */
export interface Difference {
  /** "message 3, content 1, text", in words. */
  where: string;
  /** Around the first letter that differs. */
  taped: string;
  asked: string;
}

/** The first difference of a request from an exchange, the stable prefix first; null when they are one. */
export function differenceFrom(asked: Asked, exchange: Exchange, tape: Cassette["parts"]): Difference | null {
  const names = [...new Set([...Object.keys(exchange.asked), ...Object.keys(asked.fields)])];
  // Scalars, tools and system before the conversation: what is wrong there is wrong everywhere.
  const late = (name: string) => Number(conversations.includes(name));
  const ordered = names.sort((a, b) => late(a) - late(b));
  for (const name of ordered) {
    const then = valueAt(exchange.asked[name], tape);
    const now = valueAt(asked.fields[name], asked.parts);
    const found = firstDifference(then, now, [name]);
    if (found) return found;
  }
  return null;
}

function valueAt(ids: string | string[] | undefined, parts: Map<string, unknown>): unknown {
  if (ids === undefined) return undefined;
  return Array.isArray(ids) ? ids.map((id) => parts.get(id)) : parts.get(ids);
}

function firstDifference(then: unknown, now: unknown, path: (string | number)[]): Difference | null {
  if (isPlain(then) && isPlain(now) && Array.isArray(then) === Array.isArray(now)) {
    const keys = [...new Set([...Object.keys(then), ...Object.keys(now)])];
    for (const key of keys) {
      const place = Array.isArray(then) ? Number(key) + 1 : key;
      const found = firstDifference(
        (then as Record<string, unknown>)[key],
        (now as Record<string, unknown>)[key],
        [...path, place],
      );
      if (found) return found;
    }
    return null;
  }
  return then === now ? null : { where: inWords(path), ...excerpts(shown(then), shown(now)) };
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** `["messages", 3, "content", 1, "text"]` as "message 3, content 1, text". */
function inWords(path: (string | number)[]): string {
  const words: string[] = [];
  for (const part of path)
    if (typeof part === "number") words.push(`${words.pop()?.replace(/^messages$/, "message")} ${part}`);
    else words.push(part);
  return words.join(", ");
}

function shown(value: unknown): string {
  if (value === undefined) return "(nothing)";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function excerpts(taped: string, asked: string): { taped: string; asked: string } {
  let at = 0;
  while (at < taped.length && taped[at] === asked[at]) at += 1;
  const excerpt = (text: string) => {
    const [from, to] = [Math.max(0, at - excerptBefore), Math.min(text.length, at + excerptAfter)];
    return `${from > 0 ? "…" : ""}${text.slice(from, to)}${to < text.length ? "…" : ""}`.toWellFormed();
  };
  return { taped: excerpt(taped), asked: excerpt(asked) };
}
