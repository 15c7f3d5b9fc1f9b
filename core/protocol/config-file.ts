import { isMap, isScalar, LineCounter, parseDocument, visit } from "yaml";
import { ProjectConfig } from "../domain/project-config.ts";

/** What is wrong in a config file and where. `field` is null when the file is no YAML at all. */
export interface ConfigProblem {
  line: number;
  field: string | null;
  message: string;
}

export type ParsedConfig = { config: ProjectConfig } | { problem: ConfigProblem };

/** A config file is a page of text; anything longer is not one, and is not worth parsing. */
const configCharsMax = 64_000;

/**
 * Reads the text of `.tamma.yml`. An empty file is an empty config. Unknown fields are a problem, because a
 * misspelt `protected-paths` that is silently ignored protects nothing.
 */
export function parseProjectConfig(text: string): ParsedConfig {
  if (text.length > configCharsMax)
    return problem(1, null, `longer than ${configCharsMax} characters; keep only settings in it`);
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
    logLevel: "error",
  });
  const lineAt = (offset: number) => counter.linePos(offset).line;
  // A warning is a tag that means nothing here: it wanted something else of the value than we would read.
  const broken = document.errors[0] ?? document.warnings[0];
  if (broken) return problem(lineAt(broken.pos[0]), null, broken.message);
  // Aliases are refused: a few lines of them can grow to gigabytes.
  const aliases: number[] = [];
  visit(document, { Alias: (_key, node) => void aliases.push(node.range?.[0] ?? 0) });
  if (aliases[0] !== undefined)
    return problem(lineAt(aliases[0]), null, "aliases (`*name`) are not read; write the value out");
  const value: unknown = document.toJS() ?? {};
  if (typeof value !== "object" || Array.isArray(value))
    return problem(1, null, "write settings as `field: value`, one a line");

  const parsed = ProjectConfig.safeParse(value);
  if (parsed.success) return { config: parsed.data };
  const issue = parsed.error.issues[0];
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  const field = unknown ?? String(issue?.path[0] ?? "");
  const line = lineOf(field);
  if (unknown !== undefined)
    return problem(line, unknown, `unknown field; known are ${Object.keys(ProjectConfig.shape).join(", ")}`);
  return problem(line, field === "" ? null : field, issue?.message ?? "cannot be used");

  function lineOf(name: string): number {
    if (!isMap(document.contents)) return 1;
    const pair = document.contents.items.find(
      (item) => isScalar(item.key) && String(item.key.value) === name,
    );
    const start = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
    return start === undefined ? 1 : lineAt(start);
  }
}

/** The problem in one line: `.tamma.yml line 3: tests: unknown field; ...`. */
export function renderConfigProblem(found: ConfigProblem, file = ".tamma.yml"): string {
  return `${file} line ${found.line}: ${found.field === null ? "" : `${found.field}: `}${found.message}`;
}

function problem(line: number, field: string | null, message: string): ParsedConfig {
  return { problem: { line, field, message } };
}
