import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TurnAnswer } from "@tamma/core/protocol/model-turn.ts";
import { projectNode } from "./start-engineer.ts";

export type ToolCall = Extract<TurnAnswer["content"][number], { type: "tool-call" }>;

export interface SuiteRun {
  readonly passed: boolean;
  /** Names of the failing tests, in the order of the report. */
  readonly failing: readonly string[];
  /** The first failure as the report tells it. */
  readonly firstError: string;
}

/** Runs tests of the sample by its own command, for real. */
export function runSuite(folder: string, files: readonly string[] = []): SuiteRun {
  const run = spawnSync(projectNode, ["--test", "--test-reporter=tap", ...files], {
    cwd: folder,
    encoding: "utf8",
    // The outer test run marks its children, and node:test would then change its report.
    env: { PATH: process.env.PATH ?? "" },
  });
  const failing = [...run.stdout.matchAll(/^\s*not ok \d+ - (.*)$/gm)].map((match) => match[1] ?? "");
  const firstError = /^\s*error: (?:\|-\n)?([\s\S]*?)\n\s*code:/m.exec(run.stdout)?.[1] ?? "";
  return { passed: run.status === 0, failing, firstError };
}

/** The sample's build command. */
export function runBuild(folder: string): { passed: boolean; output: string } {
  const run = spawnSync(projectNode, ["scripts/check.mjs"], { cwd: folder, encoding: "utf8" });
  return { passed: run.status === 0, output: run.stdout + run.stderr };
}

/** Does what one call of the engineer says, as strictly as a runner would; answers the tool's text. */
export function perform(folder: string, call: ToolCall): string {
  const input = call.input as Record<string, string>;
  const path = join(folder, input.path ?? ".");
  switch (call.name) {
    case "list_files":
      return "listed";
    case "run":
      // The engineer does not read what it says, and whoever drives it runs the suite where it matters.
      return "not run by hand";
    case "read_file":
      return readFileSync(path, "utf8");
    case "write_file":
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, input.content ?? "");
      return existsSync(path) ? "written" : "lost";
    case "str_replace": {
      const parts = readFileSync(path, "utf8").split(input.old ?? "");
      if (parts.length !== 2) throw new Error(`${input.path}: ${parts.length - 1} matches for ${input.old}`);
      writeFileSync(path, parts.join(input.new));
      return "replaced";
    }
    default:
      throw new Error(`The hand-runner has no tool ${call.name}.`);
  }
}
