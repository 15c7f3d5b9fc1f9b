import { spawnSync } from "node:child_process";
import { delimiter, dirname, join, resolve } from "node:path";

/** What one check found. `unseen` are files it should have looked at and did not; any makes it fail. */
export type Verdict = { name: string; ok: boolean; output: string; seen: number; unseen: string[] };

const repository = resolve(import.meta.dirname, "../..");
const twoMinutesMs = 120_000;

/**
 * Runs a tool from our own node_modules in `root`, under this very Node.
 * `bin` is the path of its start script inside node_modules.
 */
export function runTool(root: string, bin: string, args: readonly string[]) {
  const path = `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ""}`;
  const run = spawnSync(process.execPath, [join(repository, "node_modules", bin), ...args], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
    timeout: twoMinutesMs,
    env: { ...process.env, PATH: path, NO_COLOR: "1", FORCE_COLOR: undefined },
  });
  const trouble = run.error ? `${run.error.message}\n` : "";
  return { ok: run.status === 0, stdout: run.stdout ?? "", stderr: trouble + (run.stderr ?? "") };
}

/** A verdict that also fails when the tool saw fewer files than it should have, or none at all. */
export function verdict(
  name: string,
  ok: boolean,
  output: string,
  seen: Set<string>,
  expected: string[],
): Verdict {
  const unseen = expected.filter((file) => !seen.has(file));
  const blind = unseen.map((file) => `${name} did not look at ${file}\n`).join("");
  return {
    name,
    ok: ok && unseen.length === 0 && expected.length > 0,
    output: output + blind + (expected.length === 0 ? `${name}: no file to look at\n` : ""),
    seen: expected.length - unseen.length,
    unseen,
  };
}
