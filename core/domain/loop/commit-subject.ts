import { sanitise } from "../sanitise.ts";

/** Git's own advice for the first line of a commit message; a bit more does not hurt. */
const subjectCharsMax = 100;

/** Words with which a message switches off the checks of its own commit, on every platform. */
const skipsChecks = [
  /\[\s*(?:skip|no)[\s-]*(?:ci|actions?|azurepipelines|pipelines?)\s*\]/gi,
  /\[\s*(?:ci|azurepipelines)[\s-]*skip\s*\]/gi,
  /\*{3}no_ci\*{3}|\bskip-checks?\s*:\s*true/gi,
];
/** Words with which a message closes issues; only the loop's own is closed, by its merge. */
const closes =
  /\b(close[sd]?|fix(?:e[sd])?|resolve[sd]?|implement(?:s|ed)?)(\s*:?\s+)((?:[\w.-]+\/[\w.-]+)?#\d+)/gi;
/** Somebody who would be called to a change that he has nothing to do with; `@scope/package` is a name. */
const calls = /(^|[\s(])@(?=[A-Za-z\d][\w-]*(?:[^\w/-]|$))/g;

/**
 * One line of a model's or a reporter's words, as the subject of a commit: it orders nothing of whoever
 * reads commits by machine. Never empty.
 */
export function commitSubject(text: string, otherwise: string): string {
  const plain = skipsChecks.reduce((rest, words) => rest.replace(words, " "), sanitise(text));
  const line = plain
    .replace(closes, "$1$2issue $3")
    .replace(/(issue (?:[\w.-]+\/[\w.-]+)?)#(\d+)/g, "$1$2")
    .replace(calls, "$1")
    .split("\n")
    .map((one) => one.replace(/\s+/g, " ").trim())
    .find((one) => one !== "");
  if (line === undefined) return otherwise === "" ? "Change" : commitSubject(otherwise, "");
  return line.length > subjectCharsMax ? `${line.slice(0, subjectCharsMax - 3).trimEnd()}...` : line;
}
