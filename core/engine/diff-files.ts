import type { PatchFile } from "../domain/loop/evidence.ts";

/** The diff holds something that `git diff --binary --full-index --no-renames` never writes. */
export class DiffProblem extends Error {
  override readonly name = "DiffProblem";
}

/** The file does not exist on that side. */
const absent = "000000";

/**
 * The files that a diff changes, as its own headers and hunks say it. It is read by a grammar, not searched:
 * `git apply` skips what it does not know between two files and takes a bare `---`/`+++` pair for a file of
 * its own, so a line that the grammar does not expect is a `DiffProblem` and not garbage.
 */
export function diffFiles(diff: Uint8Array): PatchFile[] {
  const lines = linesOf(diff);
  const files = new Map<string, PatchFile>();
  while (lines.peek() !== null) {
    const file = readFile(lines);
    const before = files.get(file.path);
    files.set(file.path, before ? typeChange(before, file) : file);
  }
  return [...files.values()];
}

/** What the list of files says otherwise than the diff, in words; empty when both agree. */
export function disagreements(listed: readonly PatchFile[], diff: Uint8Array): string[] {
  let found: PatchFile[];
  try {
    found = diffFiles(diff);
  } catch (thrown) {
    if (thrown instanceof DiffProblem) return [thrown.message];
    throw thrown;
  }
  const wrong: string[] = [];
  const inDiff = new Map(found.map((file) => [file.path, file]));
  for (const file of listed) {
    const other = inDiff.get(file.path);
    inDiff.delete(file.path);
    if (!other) wrong.push(`${file.path} is listed, but the diff does not change it`);
    else if (sign(other) !== sign(file))
      wrong.push(`${file.path} is listed as ${sign(file)}, the diff says ${sign(other)}`);
  }
  for (const path of inDiff.keys()) wrong.push(`the diff changes ${path}, which is not listed`);
  return wrong;
}

function sign({ status, modeBefore, modeAfter, binary, added, removed }: PatchFile): string {
  return `${status} ${modeBefore} ${modeAfter} ${binary ? "binary" : `+${added} -${removed}`}`;
}

interface Lines {
  peek(): string | null;
  next(): string;
  /** Takes the line when it begins with `start`, and returns the rest of it. */
  take(start: string): string | null;
  fail(expected: string): never;
}

/** Bytes as one character each: the text need not be UTF-8, and no byte may be lost or merged. */
function linesOf(diff: Uint8Array): Lines {
  const lines = Buffer.from(diff.buffer, diff.byteOffset, diff.byteLength).toString("latin1").split("\n");
  if (lines.at(-1) === "") lines.pop();
  let at = 0;
  const lineAt = () => lines[at] ?? null;
  const fail = (expected: string): never => {
    const found = lineAt();
    const shown = found === null ? "the end" : JSON.stringify(found.slice(0, 60));
    throw new DiffProblem(`line ${at + 1} of the diff: expected ${expected}, found ${shown}`);
  };
  return {
    fail,
    peek: lineAt,
    next: () => {
      const line = lines[at] ?? fail("one more line");
      at += 1;
      return line;
    },
    take: (start) => {
      const line = lineAt();
      if (line === null || !line.startsWith(start)) return null;
      at += 1;
      return line.slice(start.length);
    },
  };
}

function readFile(lines: Lines): PatchFile {
  const path = readPath(lines.take("diff --git ") ?? lines.fail("`diff --git`"));
  const modes = readModes(lines);
  const { binary, added, removed } = readBody(lines, path, modes);
  const status = modes.before === absent ? "added" : modes.after === absent ? "deleted" : "modified";
  return { path, status, modeBefore: modes.before, modeAfter: modes.after, binary, added, removed };
}

/** Both sides name the same file, because renames are off: that alone tells where one name ends in spaces. */
function readPath(names: string): string {
  if (names.startsWith('"')) {
    const [, a = "", b = ""] = /^"a\/((?:[^"\\]|\\.)*)" "b\/((?:[^"\\]|\\.)*)"$/.exec(names) ?? [];
    if (a !== "" && a === b) return decode(unquote(a));
  } else {
    const path = names.slice(2, 2 + (names.length - 5) / 2);
    if (path !== "" && names === `a/${path} b/${path}`) return decode(path);
  }
  throw new DiffProblem(`the diff names two files in one header: ${JSON.stringify(names.slice(0, 120))}`);
}

function readModes(lines: Lines): { before: string; after: string } {
  const added = lines.take("new file mode ");
  const deleted = added === null ? lines.take("deleted file mode ") : null;
  const old = added === null && deleted === null ? lines.take("old mode ") : null;
  const changed = old === null ? null : (lines.take("new mode ") ?? lines.fail("`new mode`"));
  const index = lines.take("index ");
  if (added !== null) return { before: absent, after: added };
  if (deleted !== null) return { before: deleted, after: absent };
  if (old !== null && changed !== null) return { before: old, after: changed };
  const same =
    /^[0-9a-f]+\.\.[0-9a-f]+ (\d{6})$/.exec(index ?? "")?.[1] ?? lines.fail("an `index` line with a mode");
  return { before: same, after: same };
}

interface Body {
  binary: boolean;
  added: number;
  removed: number;
}

function readBody(lines: Lines, path: string, modes: { before: string; after: string }): Body {
  if (lines.take("GIT binary patch") !== null) return readBinary(lines);
  const from = lines.take("--- ");
  // No content changes: only the mode, or an empty file came or went.
  if (from === null) return { binary: false, added: 0, removed: 0 };
  const to = lines.take("+++ ") ?? lines.fail("`+++`");
  expectSide(from, modes.before === absent ? null : `a/${path}`);
  expectSide(to, modes.after === absent ? null : `b/${path}`);
  const body = { binary: false, added: 0, removed: 0 };
  if (lines.peek()?.startsWith("@@ ") !== true) lines.fail("`@@`");
  for (let hunk = lines.take("@@ "); hunk !== null; hunk = lines.take("@@ ")) readHunk(lines, hunk, body);
  return body;
}

function expectSide(found: string, wanted: string | null): void {
  // Git ends a name that holds a space with a tab.
  const bare = found.replace(/\t$/, "");
  const name = bare.startsWith('"') ? decode(unquote(bare.slice(1, -1))) : decode(bare);
  if (name !== (wanted ?? "/dev/null"))
    throw new DiffProblem(`the diff names ${JSON.stringify(name)} where ${wanted ?? "/dev/null"} belongs`);
}

/** Takes exactly the lines that the hunk's head announces, as `git apply` does. */
function readHunk(lines: Lines, head: string, body: Body): void {
  const ranges = /^-\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(head) ?? lines.fail("the ranges of a hunk");
  let old = Number(ranges[1] ?? 1);
  let fresh = Number(ranges[2] ?? 1);
  while (old > 0 || fresh > 0) {
    const kind = lines.next().charAt(0);
    if (kind === "+") body.added += 1;
    else if (kind === "-") body.removed += 1;
    else if (kind !== " " && kind !== "\\") throw new DiffProblem("a hunk ends before its announced length");
    if (kind === " " || kind === "-") old -= 1;
    if (kind === " " || kind === "+") fresh -= 1;
    if (old < 0 || fresh < 0) throw new DiffProblem("a hunk is longer than it announces");
  }
  lines.take("\\ ");
}

/** One block for each direction, each ended by an empty line. */
function readBinary(lines: Lines): Body {
  let blocks = 0;
  for (;;) {
    const size = lines.take("literal ") ?? lines.take("delta ");
    if (size === null) break;
    if (!/^\d+$/.test(size)) throw new DiffProblem("a binary block without a size");
    for (let line = lines.next(); line !== ""; line = lines.next())
      // A letter for the length, then base 85 without spaces: no line of it can be a header.
      if (!/^[A-Za-z][^\s]+$/.test(line)) throw new DiffProblem("a binary block holds something else");
    blocks += 1;
  }
  if (blocks !== 2) throw new DiffProblem("a binary change needs both of its directions");
  return { binary: true, added: 0, removed: 0 };
}

/** A file that became a link (or the other way) is written as gone and new. */
function typeChange(before: PatchFile, after: PatchFile): PatchFile {
  if (before.status !== "deleted" || after.status !== "added")
    throw new DiffProblem(`the diff changes ${after.path} twice`);
  return {
    path: after.path,
    status: "modified",
    modeBefore: before.modeBefore,
    modeAfter: after.modeAfter,
    binary: before.binary || after.binary,
    added: before.added + after.added,
    removed: before.removed + after.removed,
  };
}

const escapes: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  t: "\t",
  n: "\n",
  v: "\v",
  f: "\f",
  r: "\r",
  '"': '"',
  "\\": "\\",
};

/** A C-quoted name as git writes it: letters and octal bytes behind backslashes. */
function unquote(text: string): string {
  return text.replace(/\\([0-7]{3}|.)/g, (_, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (escapes[code] ?? code),
  );
}

function decode(latin1: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(latin1, "latin1"));
  } catch {
    throw new DiffProblem("the diff names a file whose name is not UTF-8");
  }
}
