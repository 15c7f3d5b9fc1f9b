import { join } from "node:path";
import { runTool, type Verdict } from "./tool.ts";
import { sourceFiles } from "./tracked-files.ts";

const counter = join(import.meta.dirname, "knip-count.mjs");

/** knip: files, exports and dependencies that nothing uses. */
export function deadCode(root: string): Verdict {
  const args = ["--no-config-hints", "--no-progress", "--reporter", "symbols", "--reporter", counter];
  const { ok, stdout, stderr } = runTool(root, "knip/bin/knip.js", args);
  // knip tells how many files it looked at, but not which, so only the number can be compared.
  const seen = Number(/^knip-files (\d+)$/m.exec(stdout)?.[1] ?? 0);
  const expected = sourceFiles(root, ["ts", "tsx", "mjs", "cjs"]).length;
  const blind = seen < expected ? `dead code: looked at ${seen} files of ${expected}\n` : "";
  const output = stdout.replace(/^knip-files .*\n/m, "") + stderr + blind;
  return { name: "dead code", ok: ok && blind === "" && expected > 0, output, seen, unseen: [] };
}
