import { keyBlock, secretShapes } from "@tamma/core/engine/secret-shapes.ts";

/** What stands where a secret stood. */
export const redacted = "[redacted]";

/** Anything shorter is also an ordinary word, and would make logs unreadable. */
const secretCharsMin = 8;
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

/** A secret as it is, and as base64, base64url, hex, in an address, and in JSON. */
function spellingsOf(secret: string): string[] {
  if (secret.length < secretCharsMin) return [];
  const bytes = Buffer.from(secret, "utf8");
  const hex = bytes.toString("hex");
  // Base64 of a text that only contains the secret depends on where in the group of three it begins.
  const base64 = [0, 1, 2].map((shift) => base64Inside(bytes, shift));
  // A key of several lines comes through a log line by line.
  const lines = secret.includes("\n") ? secret.split(/\r?\n/).filter((line) => line.length >= 16) : [];
  const all = [
    secret,
    ...lines,
    ...base64,
    ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
    hex,
    hex.toUpperCase(),
    encodeURIComponent(secret),
    encodeURIComponent(secret).replaceAll("%20", "+"),
    JSON.stringify(secret).slice(1, -1),
  ];
  return all.filter((text) => text.length >= secretCharsMin);
}

/**
 * The letters that depend on the secret's bytes alone, when it begins `shift` bytes into a group of three.
 */
function base64Inside(bytes: Buffer, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes])
    .toString("base64")
    .replace(/=+$/, "");
  const whole = Math.floor(((shift + bytes.length) * 8) / 6);
  return text.slice(Math.ceil((shift * 8) / 6), whole);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
