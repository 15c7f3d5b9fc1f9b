import { markInvisible } from "@tamma/core/domain/text/invisible.ts";

/**
 * Text of an issue, a model or a program as it may be shown: nothing in it stays invisible, and colours of
 * terminals are gone. Tab and newline stay. The page sets it into `<bdi>` or `dir="auto"`, so that letters
 * that run from right to left turn nothing but themselves.
 */
export function visible(text: string): string {
  return markInvisible(text);
}

/**
 * The end of `text`, at most `charsMax` long and from the start of a line; what happened last matters most.
 */
export function tail(text: string, charsMax: number): { text: string; cut: boolean } {
  if (text.length <= charsMax) return { text, cut: false };
  const end = text.slice(-charsMax);
  return { text: end.slice(end.indexOf("\n") + 1), cut: true };
}
