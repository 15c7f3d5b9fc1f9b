/** `@@ -12,3 +14,9 @@`: where a piece of the new file begins; without a count it is one line. */
const hunk = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@/;

/**
 * Lines of the new file that stand in `patch` (a unified diff of one file as GitHub answers it, without file
 * names): only they can have a comment.
 */
export function linesIn(patch: string): Set<number> {
  const lines = new Set<number>();
  let at = 0;
  for (const line of patch.split("\n")) {
    const start = hunk.exec(line)?.[1];
    if (start !== undefined) at = Number(start);
    else if (at > 0 && /^[ +]/.test(line)) {
      lines.add(at);
      at += 1;
    }
  }
  return lines;
}
