import { keyBlock, secretShapes } from "./secret-shapes.ts";
import { literalSpellings, spellingsOf } from "./secret-spellings.ts";

/** What stands where a secret stood. */
export const redacted = "[redacted]";

/** A line longer than this is let go in pieces: nobody waits for the end of a minified bundle. */
const heldCharsMax = 64_000;
/** How much of an endless line is kept back, so that a key is not cut in two. */
const keptBackChars = 8_000;

const keyBegins = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const keyEnds = /-----END [A-Z ]*PRIVATE KEY-----/;

export interface Redactor {
  /** Does the text hold one of the known secrets, in any of the spellings? */
  holds(text: string): boolean;
  /** The same redactor that also knows `more`. */
  with(more: readonly string[]): Redactor;
  /** Whole texts: evidence, summaries. */
  text(text: string): string;
  /** A stream of its own; chunks may cut a secret anywhere. */
  stream(): RedactingStream;
}

export interface RedactingStream {
  /** What can be shown now: whole lines. The begun line is kept back. */
  write(chunk: string): string;
  /** The rest. */
  end(): string;
}

/**
 * Hides `secrets` in every spelling in which programs print them, and everything that has the shape of a
 * key. One set of rules for runner and server.
 */
export function redactor(secrets: readonly (string | undefined)[]): Redactor {
  // Longer ones first: a short one inside a long one would leave the rest of the long one standing.
  const known = [...new Set(secrets)].filter((secret) => secret !== undefined);
  const exact = known.sort((a, b) => b.length - a.length).flatMap((secret) => exactOf(secret) ?? []);
  const hide = (text: string) => {
    let clean = text;
    for (const secret of exact) clean = clean.replace(secret, redacted);
    for (const shape of secretShapes) clean = clean.replace(shape, redacted);
    return clean;
  };
  return {
    holds: (text) => exact.some((secret) => text.search(secret) >= 0),
    with: (more) => (more.length === 0 ? redactor(secrets) : redactor([...secrets, ...more])),
    text: (text) => hide(text.replace(keyBlock, redacted)),
    stream: () => stream(hide),
  };
}

/**
 * An expression for each secret, and made once: one for all of them takes an engine seconds from ten secrets
 * on, and is refused at some length. Null for one too short to be looked for.
 */
const expressions = new Map<string, RegExp | null>();

function exactOf(secret: string): RegExp | null {
  const known = expressions.get(secret);
  if (known !== undefined) return known;
  const sources = spellingsOf(secret);
  const made = sources.length > 0 ? new RegExp(sources.join("|"), "g") : null;
  expressions.set(secret, made);
  return made;
}

/**
 * How many letters at the end of a text may be the beginning of a secret that goes on in the next piece: 0
 * when there is none. Whoever shows a text in pieces keeps them back, be it a single letter: once that is
 * shown the rest is no secret that anybody would find.
 */
export function openEnd(secrets: readonly (string | undefined)[]): (text: string) => number {
  const forms = secrets.flatMap((secret) => (secret === undefined ? [] : literalSpellings(secret)));
  return (text) => {
    let longest = 0;
    for (const form of forms)
      for (let n = Math.min(form.length - 1, text.length); n > longest; n -= 1)
        if (text.endsWith(form.slice(0, n))) longest = n;
    return text.length - uncut(text, text.length - longest, forms);
  };
}

/**
 * The cut, moved forward until it goes through no secret: a whole one may end with the letter with which it,
 * or another spelling, begins, and without that letter it would not be found.
 */
function uncut(text: string, cut: number, forms: readonly string[]): number {
  if (cut === text.length || cut === 0) return cut;
  const starts = forms
    .map((form) => text.lastIndexOf(form, cut - 1))
    .filter((start, n) => {
      return start >= 0 && start + (forms[n]?.length ?? 0) > cut;
    });
  return starts.length === 0 ? cut : uncut(text, Math.min(...starts), forms);
}

/** The same for every string inside a plain value. Keys stay as they are. */
export function redactDeep<T>(value: T, redact: (text: string) => string): T {
  if (typeof value === "string") return redact(value) as T;
  if (Array.isArray(value)) return value.map((each: unknown) => redactDeep(each, redact)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, redactDeep(each, redact)])) as T;
}

function stream(hide: (text: string) => string): RedactingStream {
  let held = "";
  let inKey = false;
  // The lines of a key have no shape of their own: from BEGIN to END nothing is shown.
  const line = (text: string) => {
    const begins = keyBegins.test(text);
    const ends = keyEnds.test(text);
    if (!inKey && !begins) return hide(text);
    inKey = !ends;
    return begins ? `${redacted}\n` : "";
  };
  const release = (text: string) =>
    text
      .split(/(?<=\n)/)
      // Lines that together may be one wrapped secret are looked at together.
      .reduce<string[]>((groups, part) => {
        const last = groups.at(-1);
        if (last !== undefined && wrapped.test(part) && wrapped.test(lastLine(last)))
          groups.splice(-1, 1, last + part);
        else groups.push(part);
        return groups;
      }, [])
      .map(line)
      .join("");
  return {
    write(chunk) {
      held += chunk;
      const end = wholeEnd(held);
      let shown = end > 0 ? release(held.slice(0, end)) : "";
      held = held.slice(end);
      if (held.length > heldCharsMax) {
        const cut = safeCut(held, held.length - keptBackChars);
        shown += line(held.slice(0, cut));
        held = held.slice(cut);
      }
      return shown;
    },
    end() {
      const rest = held === "" ? "" : release(held);
      held = "";
      return rest;
    },
  };
}

/** A line of base64 or hex and nothing else, as encoders wrap it. */
const wrapped = /^[ \t>]*[A-Za-z0-9+/_=-]{16,}\r?\n?$/;

function lastLine(text: string): string {
  return text.slice(text.lastIndexOf("\n", text.length - 2) + 1);
}

/**
 * Where the lines end that can be let go: behind the last whole one, but before a run of wrapped lines, which
 * may go on. A run that is longer than what is kept back is let go.
 */
function wholeEnd(held: string): number {
  const last = held.lastIndexOf("\n") + 1;
  let end = last;
  while (end > 0) {
    const before = held.lastIndexOf("\n", end - 2) + 1;
    if (!wrapped.test(held.slice(before, end))) break;
    if (last - before > keptBackChars) return last;
    end = before;
  }
  return end;
}

/** The last place before `limit` where no key can be in the middle: keys hold no blank. */
function safeCut(text: string, limit: number): number {
  const blank = Math.max(
    text.lastIndexOf(" ", limit),
    text.lastIndexOf(",", limit),
    text.lastIndexOf(";", limit),
  );
  return blank > 0 ? blank + 1 : limit;
}
