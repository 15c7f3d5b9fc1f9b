import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { join, posix, sep } from "node:path";
import { NotInside, readInside } from "../workspace/inside.ts";
import { type Desk, ToolRefused } from "./desk.ts";
import { confined, plainPath } from "./paths.ts";

/** More names than this say nothing; a folder of its own can be listed. */
const filesListedMax = 400;
const matchesMax = 200;
const linesAtOnceMax = 600;
/** Minified code and data in one line. */
const lineCharsMax = 400;
/** A model cannot read more, and a huge file would fill memory. */
const fileBytesMax = 2_000_000;

/** Paths that git tracks or would add, below a folder. */
async function knownFiles({ workspace }: Desk, folder: string): Promise<string[]> {
  const args = [
    "ls-files",
    "-z",
    "--cached",
    "--others",
    "--exclude-standard",
    "--deduplicate",
    "--",
    `:(literal)${folder}`,
  ];
  const { exitCode, stdout } = await workspace.attempt(args);
  if (exitCode !== 0) return [];
  return new TextDecoder().decode(stdout).split("\0").filter(Boolean).sort();
}

export async function listFiles(desk: Desk, path: string): Promise<string> {
  const folder = plainPath(path);
  await confined(desk.root, folder);
  const lines: string[] = [];
  const files = await knownFiles(desk, folder);
  for (const file of files.slice(0, filesListedMax)) {
    const size = await lstat(join(desk.root, file)).then(
      (one) => one.size,
      () => null,
    );
    // Deleted since the last commit.
    if (size !== null) lines.push(`${file} ${size}`);
  }
  if (lines.length === 0)
    throw new ToolRefused(`No files below ${folder}. ${await neighbours(desk, folder)}`);
  if (files.length > filesListedMax)
    lines.push(`... and ${files.length - filesListedMax} more: list a folder of them`);
  return lines.join("\n");
}

export async function search(desk: Desk, pattern: string, path: string): Promise<string> {
  const folder = plainPath(path);
  await confined(desk.root, folder);
  // git's own matcher has limits against patterns that never end; ours has none.
  const grep = (dialect: string) =>
    desk.workspace.attempt([
      "grep",
      "-nIz",
      "--no-color",
      "--untracked",
      dialect,
      "-e",
      pattern,
      "--",
      `:(literal)${folder}`,
    ]);
  let found = await grep("-P");
  if (found.exitCode > 1 && /perl|pcre/i.test(found.stderr)) found = await grep("-E");
  if (found.exitCode > 1)
    throw new ToolRefused(`The pattern cannot be used: ${found.stderr.trim().slice(0, 300)}`);
  const lines = await matchesInside(desk, new TextDecoder().decode(found.stdout).split("\n"));
  if (lines.length === 0) return "no match";
  const shown = lines.slice(0, matchesMax).map(cut);
  if (lines.length > matchesMax) shown.push(`... and ${lines.length - matchesMax} more matches`);
  return shown.join("\n");
}

/** Git follows a folder that a command has replaced by a link; what lies behind it is nobody's to read. */
async function matchesInside(desk: Desk, lines: readonly string[]): Promise<string[]> {
  const inside = new Map<string, boolean>();
  const kept: string[] = [];
  for (const line of lines) {
    const [, path = "", number = "", text = ""] = /^([^\0]*)\0(\d+)\0(.*)$/s.exec(line) ?? [];
    if (path === "") continue;
    if (!inside.has(path)) {
      const real = await realpath(join(desk.root, path)).catch(() => "");
      inside.set(path, real.startsWith(`${desk.root}${sep}`));
    }
    if (inside.get(path)) kept.push(`${path}:${number}: ${text}`);
  }
  return kept;
}

export async function readLines(desk: Desk, path: string, from = 1): Promise<string> {
  const lines = (await readText(desk, path)).split("\n");
  if (lines.at(-1) === "") lines.pop();
  if (lines.length === 0) return "(empty file)";
  if (from > lines.length) throw new ToolRefused(`${path} has ${lines.length} lines.`);
  const shown = lines.slice(from - 1, from - 1 + linesAtOnceMax);
  const text = shown.map((line, index) => `${from + index}\t${cut(line)}`).join("\n");
  const last = from + shown.length - 1;
  return last < lines.length ? `${text}\n(${lines.length} lines in all; go on with from=${last + 1})` : text;
}

/** The text of a file. @throws ToolRefused when it is absent, a folder, binary or too big. */
export async function readText(desk: Desk, path: string): Promise<string> {
  const plain = plainPath(path);
  const full = await confined(desk.root, plain);
  const found = await stat(full).catch(() => null);
  if (!found) throw new ToolRefused(`${plain} does not exist. ${await neighbours(desk, plain)}`);
  if (found.isDirectory()) throw new ToolRefused(`${plain} is a folder; use list_files.`);
  const bytes = await readInside(desk.root, plain, fileBytesMax).catch((error: unknown) => {
    if (error instanceof NotInside) throw new ToolRefused(`${plain} ${error.message}.`);
    throw error;
  });
  if (bytes.includes(0)) throw new ToolRefused(`${plain} is a binary file.`);
  return bytes.toString("utf8");
}

/** Where the wanted file may be instead. */
async function neighbours(desk: Desk, path: string): Promise<string> {
  const name = posix.basename(path);
  const same = (await knownFiles(desk, ".")).filter((file) => posix.basename(file) === name).slice(0, 5);
  if (same.length > 0) return `Files of that name: ${same.join(", ")}.`;
  const folder = posix.dirname(path);
  const near = await readdir(join(desk.root, folder)).catch(() => null);
  if (near === null) return "Its folder does not exist either.";
  const shown = near.filter((one) => one !== ".git").sort();
  return `In ${folder} there is: ${shown.slice(0, 30).join(", ") || "nothing"}.`;
}

function cut(line: string): string {
  return line.length > lineCharsMax ? `${line.slice(0, lineCharsMax)} ...` : line;
}
