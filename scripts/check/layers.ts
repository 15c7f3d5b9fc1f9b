import { existsSync } from "node:fs";
import { join } from "node:path";
import { runTool, type Verdict, verdict } from "./tool.ts";
import { sourceFiles } from "./tracked-files.ts";

const roots = ["core", "workers", "runner", "cli", "server", "scripts", "test", "bench", "vitest.config.ts"];

type Cruise = {
  modules: { source: string }[];
  summary: { violations: { rule: { name: string }; from: string; to: string; cycle?: { name: string }[] }[] };
};

/** dependency-cruiser: who imports whom, types included, against `.dependency-cruiser.cjs`. */
export function layers(root: string): Verdict {
  const folders = roots.filter((folder) => existsSync(join(root, folder)));
  const args = ["--config", ".dependency-cruiser.cjs", "--output-type", "json", ...folders];
  const run = runTool(root, "dependency-cruiser/bin/dependency-cruiser.mjs", args);
  const cruise = parseCruise(run.stdout);
  const expected = sourceFiles(root, ["ts", "tsx", "mjs"]);
  if (cruise === null) return verdict("layers", false, run.stdout + run.stderr, new Set(), expected);
  const found = cruise.summary.violations.map(({ rule, from, to, cycle }) => {
    const path = cycle ? cycle.map((step) => step.name).join(" -> ") : to;
    return `${rule.name}: ${from} -> ${path}\n`;
  });
  const seen = new Set(cruise.modules.map((module) => module.source));
  return verdict("layers", found.length === 0, found.join("") + run.stderr, seen, expected);
}

function parseCruise(stdout: string): Cruise | null {
  try {
    return JSON.parse(stdout) as Cruise;
  } catch {
    return null; // it could not start, and then says why in plain text
  }
}
