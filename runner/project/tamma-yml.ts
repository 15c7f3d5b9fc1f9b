import { ProjectConfig } from "@tamma/core/domain/project-config.ts";
import {
  type ConfigProblem,
  parseProjectConfig,
  renderConfigProblem,
} from "@tamma/core/protocol/config-file.ts";

/** `.tamma.yml` cannot be used; the message says where and what to write instead. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Two wrong letters still mean the same word; three may mean another one. */
const typoLettersMax = 2;

/**
 * Parses `.tamma.yml`. An empty file is an empty config.
 *
 * @throws ConfigError with line and field: `.tamma.yml line 3: tests: unknown field, did you mean test?`
 */
export function parseTammaYml(text: string): ProjectConfig {
  const parsed = parseProjectConfig(text);
  if ("config" in parsed) return parsed.config;
  throw new ConfigError(renderConfigProblem(withGuess(parsed.problem)));
}

/** A misspelt field is told the right one instead of the list of all. */
function withGuess(problem: ConfigProblem): ConfigProblem {
  const { field } = problem;
  if (field === null || field in ProjectConfig.shape) return problem;
  const near = Object.keys(ProjectConfig.shape)
    .map((name) => ({ name, letters: distance(field.toLowerCase(), name) }))
    .filter((one) => one.letters <= typoLettersMax)
    .sort((a, b) => a.letters - b.letters)[0];
  return near ? { ...problem, message: `unknown field, did you mean ${near.name}?` } : problem;
}

/** Levenshtein's distance of two short words. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
