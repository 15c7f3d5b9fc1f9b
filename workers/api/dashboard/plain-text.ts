/** Colours and cursor moves of terminals (ECMA-48), which a page cannot show. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const ansi = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/**
 * Characters that change what a reader sees without being seen: controls, and the direction marks that make
 * code read otherwise than it runs ("Trojan source", CVE-2021-42574).
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * Text of an issue, a model or a program as it may be shown: nothing in it stays invisible. Tab and newline
 * stay.
 */
export function visible(text: string): string {
  return text
    .replace(ansi, "")
    .replaceAll("\r\n", "\n")
    .replace(
      unseen,
      (char) => `\u27e8U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}\u27e9`,
    );
}

/**
 * The end of `text`, at most `charsMax` long and from the start of a line; what happened last matters most.
 */
export function tail(text: string, charsMax: number): { text: string; cut: boolean } {
  if (text.length <= charsMax) return { text, cut: false };
  const end = text.slice(-charsMax);
  return { text: end.slice(end.indexOf("\n") + 1), cut: true };
}
