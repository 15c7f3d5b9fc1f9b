import { parse as parseYaml } from "yaml";

/** One result line of TAP with what belongs to it. */
export interface TapResult {
  name: string;
  ok: boolean;
  directive: "skip" | "todo" | null;
  /** The YAML block as an object; empty when there is none. */
  diagnostics: Record<string, unknown>;
  /** Lines that were printed before the result: comments of TAP 13, where node:test puts a file's stderr. */
  said: string[];
  children: TapResult[];
  /** Is it the result of a subtest, also of one without results? */
  subtest: boolean;
}

const resultLine = /^( *)(not ok|ok) +(\d+)\b(?: *-)? ?(.*)$/;
/** vitest and tap put the duration or an opening brace behind the name. */
const decoration = /\s+(# time=[\d.]+m?s|\{)\s*$/;
/** Comments kept before one result: the end of a crash is what matters. */
const saidLinesMax = 60;

/**
 * Parses TAP 12 to 14 leniently: lines that are not TAP are ignored. Subtests are indented by four spaces
 * and stand
 * before the result of their parent (node:test, tap), so a result takes the deeper results seen since.
 */
export function parseTap(text: string): TapResult[] {
  const levels: TapResult[][] = [[]];
  const lines = text.split(/\r?\n/);
  let said: string[] = [];
  let last: TapResult | null = null;
  const announced: number[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    const block = /^( *)---\s*$/.exec(line);
    if (block && last) {
      const end = endOfBlock(lines, i, block[1] ?? "");
      last.diagnostics = readDiagnostics(lines.slice(i + 1, end), (block[1] ?? "").length);
      i = end;
      continue;
    }
    const found = resultLine.exec(line);
    if (found) {
      last = result(found, said);
      said = [];
      // vitest's plain `tap` indents by four as well, so depth is the same everywhere.
      const depth = Math.floor((found[1] ?? "").length / 4);
      last.children = levels[depth + 1] ?? [];
      last.subtest = last.children.length > 0 || announced.at(-1) === depth;
      while ((announced.at(-1) ?? -1) >= depth) announced.pop();
      levels[depth + 1] = [];
      levels[depth] = [...(levels[depth] ?? []), last];
      continue;
    }
    const subtest = /^( *)# Subtest\b/.exec(line);
    if (subtest) announced.push(Math.floor((subtest[1] ?? "").length / 4));
    if (/^ *Bail out!/.test(line)) levels[0]?.push(result(["", "", "not ok", "", line.trim()], said));
    if (/^ *#/.test(line) && !/^ *# Subtest/.test(line)) said.push(unescaped(line.replace(/^ *# ?/, "")));
    else if (last && !last.ok && /^\s+\S/.test(line)) last.said.push(line);
    if (said.length > saidLinesMax) said.shift();
  }
  // A run that was cut leaves subtests without a parent.
  return levels.flat();
}

function result(found: readonly (string | undefined)[], said: string[]): TapResult {
  const [, , word, , rest = ""] = found;
  const plain = rest.replace(decoration, "");
  // `\#` is part of a name, a bare `#` starts a directive.
  const parts = /^(.*?)(?:(?<!\\)#\s*(skip|todo)\b.*)?$/i.exec(plain);
  const directive = parts?.[2]?.toLowerCase();
  return {
    name: unescaped((parts?.[1] ?? plain).replace(decoration, "").trim()),
    ok: word === "ok",
    directive: directive === "skip" || directive === "todo" ? directive : null,
    diagnostics: {},
    said,
    children: [],
    subtest: false,
  };
}

const unescaped = (text: string): string => text.replace(/\\([#\\])/g, "$1");

function endOfBlock(lines: readonly string[], start: number, indent: string): number {
  const end = lines.findIndex((line, at) => at > start && line.startsWith(indent) && line.trim() === "...");
  return end === -1 ? lines.length : end;
}

function readDiagnostics(block: readonly string[], indent: number): Record<string, unknown> {
  const text = block.map((line) => line.slice(Math.min(indent, line.length))).join("\n");
  try {
    const value: unknown = parseYaml(text, { logLevel: "silent", uniqueKeys: false, maxAliasCount: 0 });
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Runners print values that are no YAML; the text still tells a person what happened.
  }
  return { message: text.trim() };
}
