import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { changedLines } from "../proof/diff-lines.ts";
import { NotInside, writeInside } from "../workspace/inside.ts";
import { allowChange, type Desk, ToolRefused } from "./desk.ts";
import { confined, plainPath } from "./paths.ts";
import { readText } from "./read-tools.ts";

/** A file that a model writes at once; more is generated or copied. */
const fileCharsMax = 400_000;
/** After that many failed edits of a file the model no longer knows its text. */
const failedEditsMax = 2;
const contextLines = 2;

export async function replaceOnce(desk: Desk, path: string, old: string, now: string): Promise<string> {
  const plain = plainPath(path);
  allowChange(desk, plain);
  const text = await readText(desk, plain);
  // A file with Windows line ends is edited in its own form.
  const ends =
    text.includes("\r\n") && !old.includes("\r\n")
      ? (part: string) => part.replaceAll("\n", "\r\n")
      : (part: string) => part;
  const [from, to] = [ends(old), ends(now)];
  const matches = placesOf(text, from);
  if (matches.length !== 1)
    throw editFailed(desk, plain, matches.length === 0 ? nearest(text, old) : ambiguous(text, matches));
  if (from === to) throw editFailed(desk, plain, "`old` and `new` are the same.");
  const at = matches[0] ?? 0;
  await put(desk, plain, text.slice(0, at) + to + text.slice(at + from.length));
  return `replaced in ${plain} at line ${lineAt(text, at)}`;
}

export async function writeWhole(desk: Desk, path: string, content: string): Promise<string> {
  const plain = plainPath(path);
  if (plain === ".") throw new ToolRefused("Name a file, not the root.");
  allowChange(desk, plain);
  if (content.length > fileCharsMax)
    throw new ToolRefused(`More than ${fileCharsMax} characters; write smaller files.`);
  await put(desk, plain, content);
  return `wrote ${plain} (${content.split("\n").length} lines)`;
}

export async function applyDiff(desk: Desk, diff: string): Promise<string> {
  const paths = diffPaths(diff);
  if (paths.length === 0)
    throw new ToolRefused("No file is named in the diff; write it as `git diff` prints it.");
  if (/^(new file mode|new mode) (120000|160000)/m.test(diff))
    throw new ToolRefused("Links and submodules cannot be added.");
  for (const path of paths) {
    allowChange(desk, plainPath(path));
    await confined(desk.root, path);
  }
  const input = diff.endsWith("\n") ? diff : `${diff}\n`;
  // Models count the lines of their hunks badly; the text of the hunk decides.
  const { exitCode, stderr } = await desk.workspace.attempt(
    ["apply", "--recount", "--whitespace=nowarn", "-p1", "-"],
    { input },
  );
  if (exitCode !== 0)
    throw editFailed(desk, paths[0] ?? "", `The diff does not apply: ${stderr.trim().slice(0, 600)}`);
  changed(desk, paths);
  return `applied to ${paths.join(", ")}`;
}

/** Every path that a diff may touch, in all places where git reads one. */
function diffPaths(diff: string): string[] {
  const paths = new Set(changedLines(diff).map((file) => file.path));
  for (const line of diff.split("\n")) {
    const named =
      /^(?:\+\+\+|---) (?:[ab]\/)?([^\t]+)/.exec(line)?.[1] ??
      /^(?:rename|copy) (?:from|to) (.+)$/.exec(line)?.[1];
    // A removed line that begins with `-- ` looks the same; one path too many only makes the check stricter.
    if (named !== undefined && named !== "/dev/null" && /[/.]/.test(named)) paths.add(named.trim());
    if (/^(?:\+\+\+|---|diff --git|rename|copy) .*"/.test(line))
      throw new ToolRefused("Quoted paths are not taken in a diff; use write_file for this file.");
  }
  return [...paths].filter((path) => path !== "");
}

async function put(desk: Desk, path: string, content: string): Promise<void> {
  const full = await confined(desk.root, path);
  try {
    await mkdir(dirname(full), { recursive: true });
    await writeInside(desk.root, path, content);
  } catch (cause) {
    if (cause instanceof NotInside) throw new ToolRefused(`${path} ${cause.message}.`);
    throw new ToolRefused(
      `${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  }
  changed(desk, [path]);
}

function changed(desk: Desk, paths: readonly string[]): void {
  for (const path of paths) desk.failedEdits.delete(path);
  desk.changes += 1;
}

function editFailed(desk: Desk, path: string, why: string): ToolRefused {
  const failed = (desk.failedEdits.get(path) ?? 0) + 1;
  desk.failedEdits.set(path, failed);
  const advice =
    failed >= failedEditsMax
      ? "\nTwo edits of this file failed: read it, then use write_file with its whole text."
      : "";
  return new ToolRefused(`${path}: ${why}${advice}`);
}

function placesOf(text: string, part: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) found.push(at);
  return found;
}

function ambiguous(text: string, matches: readonly number[]): string {
  const lines = matches.slice(0, 10).map((at) => lineAt(text, at));
  return `\`old\` matches ${matches.length} times, at lines ${lines.join(", ")}. Make it unique.`;
}

const lineAt = (text: string, at: number): number => text.slice(0, at).split("\n").length;

/** The lines that look most like the first line of `old`, with their neighbours. */
function nearest(text: string, old: string): string {
  const wanted =
    old
      .split("\n")
      .find((line) => line.trim() !== "")
      ?.trim() ?? "";
  const lines = text.split("\n");
  let best = { at: -1, likeness: 0.3 };
  lines.forEach((line, at) => {
    const likeness = alike(line.trim(), wanted);
    if (likeness > best.likeness) best = { at, likeness };
  });
  if (best.at === -1)
    return "`old` matches 0 times, and no line looks like its beginning. Read the file again.";
  const from = Math.max(0, best.at - contextLines);
  const near = lines
    .slice(from, best.at + contextLines + 1)
    .map((line, index) => `${from + index + 1}\t${line}`);
  return `\`old\` matches 0 times. The nearest lines are:\n${near.join("\n")}`;
}

/** Likeness of two lines by their pairs of letters, 0 to 1 (Dice). */
function alike(a: string, b: string): number {
  if (a === b) return 1;
  const pairs = (text: string) =>
    new Set(Array.from({ length: Math.max(text.length - 1, 0) }, (_, i) => text.slice(i, i + 2)));
  const [left, right] = [pairs(a), pairs(b)];
  if (left.size + right.size === 0) return 0;
  let both = 0;
  for (const pair of left) if (right.has(pair)) both += 1;
  return (2 * both) / (left.size + right.size);
}
