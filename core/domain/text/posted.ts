import { withoutInvisible } from "./invisible.ts";

/**
 * Text of models and people as Tamma posts it elsewhere (comments, pull requests, reviews, commits): it shows
 * what it says and does nothing. Nobody is mentioned, no issue referred to or closed, no address opened or
 * loaded, no markup begun.
 */

/** Breaks a mention or reference and is not seen. Platforms read `@ann` as a mention, `@<this>ann` not. */
const breaker = "\u200b";

/** Addresses that platforms turn into links by themselves. In code they stay text. */
const address =
  /(?:\b(?:[a-z][a-z0-9+.-]{1,20}:\/\/|www\.)|\b(?:mailto|javascript|data|vbscript):)[^\s<>`]+/gi;

/** One line without markup of its own: it cannot end our table, open a fence or mention anybody. */
export function postedLine(text: string, charsMax = lineCharsMax): string {
  const line = withoutInvisible(text).replace(/\s+/g, " ").trim();
  let shown = "";
  let from = 0;
  const short = line.length <= charsMax ? line : `${line.slice(0, charsMax).toWellFormed()} ...`;
  for (const { 0: found, index } of short.matchAll(address)) {
    shown += `${escaped(short.slice(from, index))}\`${found}\``;
    from = index + found.length;
  }
  return shown + escaped(short.slice(from));
}

/** Longer than any line that people write; the whole is on our own page. */
const lineCharsMax = 2_000;

/** Text of several lines, each as `postedLine` has it; what is too long is cut and says so. */
export function postedText(text: string, charsMax: number): string {
  const clean = withoutInvisible(text).trim();
  const short = clean.length <= charsMax ? clean : `${clean.slice(0, charsMax).toWellFormed()} ...`;
  return short
    .split("\n")
    .map((line) => postedLine(line).replace(/^(\s*)([-+#=~]|\d+(?=[.)]))/, "$1\\$2"))
    .join("\n");
}

/** One line for a place without markup (titles, subjects of commits); it mentions and closes nothing. */
export function postedTitle(text: string, charsMax: number): string {
  const line = withoutReferences(withoutInvisible(text).replace(/\s+/g, " ").trim());
  return cutLine(line, charsMax);
}

/** A line of at most `charsMax` UTF-16 units; a longer one ends with three dots. */
export function cutLine(line: string, charsMax: number): string {
  if (line.length <= charsMax) return line;
  const kept = line.slice(0, charsMax - 3).toWellFormed();
  return `${kept.trimEnd()}...`;
}

function escaped(text: string): string {
  const plain = withoutReferences(text.replace(/&/g, "&amp;"));
  return plain.replace(/[`*_[\]<>|\\~]/g, "\\$&");
}

/** `@ann`, `#12`, `!12`, `GH-12` become text; without the reference "fixes #12" fixes nothing. */
function withoutReferences(text: string): string {
  return text
    .replace(/@(?=[\w[])/g, `@${breaker}`)
    .replace(/[#!](?=\d)/g, `$&${breaker}`)
    .replace(/\b(gh)-(?=\d)/gi, `$1-${breaker}`)
    .replace(/^\/(?=[a-z])/i, `/${breaker}`);
}
