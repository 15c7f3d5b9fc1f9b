/** The lines of one file that a diff adds and removes. */
export interface FileLines {
  path: string;
  /** `line`: number in the new file, from 1. */
  added: { line: number; text: string }[];
  removed: string[];
}

/** Parses a unified diff as `git diff` prints it. Binary files have no lines. */
export function changedLines(diff: string): FileLines[] {
  const files: FileLines[] = [];
  let file: FileLines | null = null;
  let line = 0;
  // Lines left of the hunk: only they tell a removed `-- text` from a header.
  let before = 0;
  let after = 0;
  for (const text of diff.split("\n")) {
    if (before > 0 || after > 0) {
      if (text.startsWith("+")) {
        file?.added.push({ line, text: text.slice(1) });
        line += 1;
        after -= 1;
      } else if (text.startsWith("-")) {
        file?.removed.push(text.slice(1));
        before -= 1;
      } else if (!text.startsWith("\\")) {
        line += 1;
        before -= 1;
        after -= 1;
      }
      continue;
    }
    const hunk = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(text);
    if (hunk) {
      before = Number(hunk[1] ?? 1);
      line = Number(hunk[2]);
      after = Number(hunk[3] ?? 1);
      continue;
    }
    if (text.startsWith("diff --git ")) {
      file = { path: pathOf(text), added: [], removed: [] };
      files.push(file);
    }
    // The header names both sides in one line; the path of its own line is beyond doubt.
    const named = /^(?:\+\+\+ b|--- a)\/(.*?)\t?$/.exec(text)?.[1];
    if (file && named !== undefined) file.path = named;
  }
  return files;
}

function pathOf(header: string): string {
  const rest = header.slice("diff --git a/".length);
  return rest.slice(0, Math.floor((rest.length - 3) / 2));
}
