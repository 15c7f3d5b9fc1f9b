import type { TestOutcome } from "@tamma/core/domain/loop/evidence.ts";
import { redactor } from "@tamma/core/engine/redact.ts";

/** What a person or a model reads first about a failure; the whole stands in the log. */
export const excerptCharsMax = 4_000;
/** Three failures show the pattern; a hundred hide it. */
const failuresMax = 3;
const messageCharsMax = 1_000;

const keyShapes = redactor([]);

/** Output without what has the shape of a key: it goes to a provider, into events and before people. */
export function redact(text: string): string {
  return keyShapes.text(text);
}

/** `text` with its middle cut out; head and tail hold the command and its verdict. */
export function headAndTail(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const note = `\n[... ${text.length - charsMax} characters cut ...]\n`;
  const room = Math.max(charsMax - note.length, 0);
  const head = Math.floor(room * 0.4);
  return `${text.slice(0, head)}${note}${text.slice(text.length - (room - head))}`.slice(0, charsMax);
}

/** The smallest output that shows why tests failed: the shortest messages, each with its name. */
export function testExcerpt(failed: readonly TestOutcome[]): string {
  const shown = [...failed]
    .sort((a, b) => (a.message?.length ?? 0) - (b.message?.length ?? 0))
    .slice(0, failuresMax)
    .map((test) => `${test.id}\n${indent(headAndTail(test.message ?? "no message", messageCharsMax))}`);
  const more =
    failed.length > shown.length ? [`... and ${failed.length - shown.length} more failing tests`] : [];
  return headAndTail(redact([...shown, ...more].join("\n\n")), excerptCharsMax);
}

/** Output of a build or linter: the lines around its first errors, else its end. */
export function outputExcerpt(output: string): string {
  const lines = output.split("\n");
  const first = lines.findIndex((line) => /\berror\b|\bfailed\b|cannot find/i.test(line));
  const text = first === -1 ? output : lines.slice(Math.max(0, first - 2)).join("\n");
  return headAndTail(redact(text.trim()), excerptCharsMax);
}

function indent(text: string): string {
  return text.replace(/^/gm, "  ");
}
