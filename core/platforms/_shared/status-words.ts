/** GitHub refuses a longer one; Gitea shows no more in a line. */
const charsMax = 140;

/** The words beside a status: one line, as long as platforms take it. */
export function statusWords(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= charsMax
    ? line
    : `${line
        .slice(0, charsMax - 3)
        .toWellFormed()
        .trimEnd()}...`;
}
