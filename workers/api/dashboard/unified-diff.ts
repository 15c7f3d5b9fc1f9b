/** One line of a hunk with its place in the old and the new file; null where it has none. */
export interface DiffLine {
  kind: "context" | "added" | "removed" | "note";
  before: number | null;
  after: number | null;
  text: string;
}
export interface DiffFile {
  path: string;
  status: "added" | "modified" | "deleted";
  binary: boolean;
  /** Changes of the file's mode in git's words, "100644 to 100755"; null when it stays. */
  mode: string | null;
  added: number;
  removed: number;
  hunks: { header: string; lines: DiffLine[] }[];
}

/**
 * The files of `git diff --binary --full-index --no-renames`. Lines outside of what git writes are skipped,
 * so that a strange diff is shown in part and never breaks the page.
 */
export function parseDiff(diff: string): DiffFile[] {
  const files: DiffFile[] = [];
  const lines = diff.split("\n");
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    if (!line.startsWith("diff --git ")) {
      at += 1;
      continue;
    }
    const file = newFile(line);
    files.push(file);
    at = readHead(lines, at + 1, file);
    while (lines[at]?.startsWith("@@ ")) at = readHunk(lines, at, file);
  }
  return files;
}

function newFile(line: string): DiffFile {
  return {
    path: pathOfHead(line),
    status: "modified",
    binary: false,
    mode: null,
    added: 0,
    removed: 0,
    hunks: [],
  };
}

/** Reads up to the first hunk or the next file and returns where that is. */
function readHead(lines: string[], from: number, file: DiffFile): number {
  let oldMode = "";
  let at = from;
  for (; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (line.startsWith("diff --git ") || line.startsWith("@@ ")) break;
    if (line.startsWith("new file mode ")) file.status = "added";
    else if (line.startsWith("deleted file mode ")) file.status = "deleted";
    else if (line.startsWith("old mode ")) oldMode = line.slice("old mode ".length);
    else if (line.startsWith("new mode ")) file.mode = `${oldMode} to ${line.slice("new mode ".length)}`;
    else if (line.startsWith("GIT binary patch") || line.startsWith("Binary files ")) file.binary = true;
    // Exact where the first line is not: "diff --git a/x b/y b/x b/y" can be cut in more than one way.
    else if (line.startsWith("+++ ") && line !== "+++ /dev/null") file.path = unquote(line.slice(4)).slice(2);
    else if (line.startsWith("--- ") && line !== "--- /dev/null") file.path = unquote(line.slice(4)).slice(2);
  }
  return at;
}

/** Reads one hunk by the counts of its header: a removed line may itself look like a header ("--- x"). */
function readHunk(lines: string[], from: number, file: DiffFile): number {
  const header = lines[from] ?? "";
  const counts = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(header);
  if (!counts) return from + 1;
  let before = Number(counts[1]);
  let after = Number(counts[3]);
  let beforeLeft = Number(counts[2] ?? 1);
  let afterLeft = Number(counts[4] ?? 1);
  const hunk: DiffFile["hunks"][number] = { header, lines: [] };
  file.hunks.push(hunk);
  let at = from + 1;
  for (; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const text = line.slice(1);
    if (line.startsWith("\\"))
      hunk.lines.push({ kind: "note", before: null, after: null, text: text.trim() });
    else if (beforeLeft <= 0 && afterLeft <= 0) break;
    else if (line.startsWith("+")) {
      hunk.lines.push({ kind: "added", before: null, after: after++, text });
      afterLeft -= 1;
      file.added += 1;
    } else if (line.startsWith("-")) {
      hunk.lines.push({ kind: "removed", before: before++, after: null, text });
      beforeLeft -= 1;
      file.removed += 1;
    } else if (line.startsWith(" ") || line === "") {
      hunk.lines.push({ kind: "context", before: before++, after: after++, text });
      beforeLeft -= 1;
      afterLeft -= 1;
    } else break;
  }
  return at;
}

/**
 * Without renames both names are the same: the second half. Binary and empty files have no other line with
 * it.
 */
function pathOfHead(line: string): string {
  const names = line.slice("diff --git ".length).trimEnd();
  if (names.endsWith('"')) return unquote(names.slice(names.indexOf(' "') + 1)).slice(2);
  return names.slice((names.length + 1) / 2).slice(2);
}

const escapes: Record<string, number> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, "\\": 92 };

/** git quotes unusual names like C, in bytes: "caf\303\251" is café. */
function unquote(name: string): string {
  // A tab ends a name with blanks in it.
  if (!name.startsWith('"')) return name.split("\t")[0] ?? name;
  const bytes: number[] = [];
  const inner = name.slice(1, name.lastIndexOf('"'));
  for (const [part, octal, letter] of inner.matchAll(/\\([0-7]{3})|\\(.)|[^\\]+/gs)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else if (letter !== undefined) bytes.push(escapes[letter] ?? letter.charCodeAt(0));
    else bytes.push(...new TextEncoder().encode(part));
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}
