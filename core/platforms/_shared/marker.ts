import { PlatformError } from "../../ports/platform.ts";

/** Keys are made by Tamma from ids; a longer one would leave no room for words. */
const keyCharsMax = 300;
const opening = "<!-- tamma:key ";
const closing = " -->";
const atStart = /^\s*<!-- tamma:key ([A-Za-z0-9_.%]+) -->(?:\r?\n|$)/;
const cutNote = "\n\n(The rest is left out: the platform takes no longer text.)";

/**
 * `body` behind a line that no reader sees and that names `key`, by which the text is found again. The line
 * comes first and only there it counts: whatever the body holds cannot become another key.
 *
 * @param commentCharsMax what the platform takes, in UTF-16 units; a longer body loses its end
 * @throws PlatformError `validation` for a key that is empty, too long or no well-formed text
 */
export function withMarker(body: string, key: string, commentCharsMax: number): string {
  const head = `${opening}${encoded(key)}${closing}\n\n`;
  return head + cut(body, commentCharsMax - head.length);
}

/** The key with which `withMarker` wrote this text; null when it did not. */
export function keyIn(text: string): string | null {
  const name = atStart.exec(text)?.[1];
  if (name === undefined) return null;
  try {
    return decodeURIComponent(name);
  } catch {
    return null;
  }
}

/** The text without its marker, as it was given to `withMarker`. */
export function withoutMarker(text: string): string {
  return keyIn(text) === null ? text : text.replace(atStart, "").replace(/^\r?\n/, "");
}

/**
 * At most `charsMax` UTF-16 units of `text`; a cut is said in words and never halves a character.
 */
export function cut(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const kept = Math.max(0, charsMax - cutNote.length);
  const halves = /[\uD800-\uDBFF]/.test(text[kept - 1] ?? "");
  return (text.slice(0, halves ? kept - 1 : kept) + cutNote).slice(0, Math.max(0, charsMax));
}

/** Percent-encoded, also the marks that could end a comment in HTML. */
function encoded(key: string): string {
  if (key === "" || key.length > keyCharsMax || !key.isWellFormed()) {
    const message = `a key has 1 to ${keyCharsMax} characters of well-formed text`;
    throw new PlatformError({ kind: "validation", operation: "marker", message });
  }
  const hex = (mark: string) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(key).replace(/[-!*'()~]/g, hex);
}
