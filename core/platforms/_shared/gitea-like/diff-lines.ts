/**
 * Which lines of the new files a unified diff shows, by path: those added, and those around them. Comments
 * at other lines are not seen in the view of the changes.
 *
 * @param diff as `git diff` writes it
 */
export function linesShown(diff: string): Map<string, Set<number>> {
  const shown = new Map<string, Set<number>>();
  let lines: Set<number> | null = null;
  let [at, oldLeft, newLeft] = [0, 0, 0];
  for (const line of diff.split("\n")) {
    if (oldLeft > 0 || newLeft > 0) {
      const mark = line[0] ?? " ";
      if (mark === "\\") continue;
      if (mark !== "+") oldLeft -= 1;
      if (mark === "-") continue;
      lines?.add(at);
      at += 1;
      newLeft -= 1;
      continue;
    }
    const hunk = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (hunk) [oldLeft, at, newLeft] = [Number(hunk[1] ?? 1), Number(hunk[2]), Number(hunk[3] ?? 1)];
    if (!line.startsWith("+++ ")) continue;
    const path = newPathOf(line.slice("+++ ".length));
    lines = path === null ? null : (shown.get(path) ?? new Set());
    if (path !== null && lines) shown.set(path, lines);
  }
  return shown;
}

/** Null: the file is gone. A tab ends a name that holds spaces. */
function newPathOf(written: string): string | null {
  const name = written.replace(/[\t\r].*$/, "");
  if (name === "/dev/null") return null;
  return (name.startsWith('"') ? unquoted(name) : name).replace(/^b\//, "");
}

const escapes: Readonly<Record<string, string>> = {
  ...{ a: "\u0007", b: "\b", t: "\t", n: "\n", v: "\v", f: "\f", r: "\r" },
};

/** Git quotes names as C does; bytes beyond ASCII are octal. Source: git-config, `core.quotePath`. */
function unquoted(name: string): string {
  const bytes: number[] = [];
  const text = name.replace(/^"|"$/g, "");
  for (const [part, octal, mark] of text.matchAll(/\\([0-7]{3})|\\(.)|[^\\]+/gs)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else bytes.push(...new TextEncoder().encode(mark === undefined ? part : (escapes[mark] ?? mark)));
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}
