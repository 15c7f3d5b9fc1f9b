import { keyBlock, secretShapes } from "@tamma/core/engine/secret-shapes.ts";
import { spellingsOf } from "@tamma/core/engine/secret-spellings.ts";

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
 * key.
 */
export function redactor(secrets: readonly string[]): Redactor {
  const spellings = [...new Set(secrets.flatMap(spellingsOf))].sort((a, b) => b.length - a.length);
  const exact = spellings.length > 0 ? new RegExp(spellings.map(escaped).join("|"), "g") : null;
  const hide = (text: string) => {
    let clean = exact ? text.replace(exact, redacted) : text;
    for (const shape of secretShapes) clean = clean.replace(shape, redacted);
    return clean;
  };
  return {
    holds: (text) => exact !== null && text.search(exact) >= 0,
    with: (more) => (more.length === 0 ? redactor(secrets) : redactor([...secrets, ...more])),
    text: (text) => hide(text.replace(keyBlock, redacted)),
    stream: () => stream(hide),
  };
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
      .map(line)
      .join("");
  return {
    write(chunk) {
      held += chunk;
      const end = held.lastIndexOf("\n") + 1;
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

/** The last place before `limit` where no key can be in the middle: keys hold no blank. */
function safeCut(text: string, limit: number): number {
  const blank = Math.max(
    text.lastIndexOf(" ", limit),
    text.lastIndexOf(",", limit),
    text.lastIndexOf(";", limit),
  );
  return blank > 0 ? blank + 1 : limit;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
