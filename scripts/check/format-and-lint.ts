import { runTool, type Verdict, verdict } from "./tool.ts";
import { ownFiles } from "./tracked-files.ts";

const read = ["ts", "tsx", "mts", "cts", "mjs", "cjs", "js", "jsx", "json", "jsonc", "css"];
const bin = "@biomejs/biome/bin/biome";
const listTitle = "Files processed:";

/** Biome over the whole tree; a warning fails too, because nobody reads warnings that pass. */
export function formatAndLint(root: string): Verdict {
  const args = ["check", "--error-on-warnings", "--max-diagnostics=100", "--colors=off"];
  const listing = runTool(root, bin, [...args, "--verbose"]);
  // The list is as long as the tree and stands among the findings, so a reader gets a run without it.
  const findings = listing.ok ? listing : runTool(root, bin, args);
  const output = listing.ok ? "" : findings.stdout + findings.stderr;
  const expected = ownFiles(root, read).filter((file) => !file.endsWith("package-lock.json"));
  return verdict("format and lint", listing.ok, output, listed(listing.stdout + listing.stderr), expected);
}

/** The files named below `Files processed:`, which only --verbose prints. */
function listed(said: string): Set<string> {
  const start = said.indexOf(listTitle);
  if (start < 0) return new Set();
  const files = new Set<string>();
  for (const line of said.slice(start + listTitle.length).split("\n")) {
    const item = /^\s+- (.+)$/.exec(line);
    if (item?.[1]) files.add(item[1]);
    else if (line.trim() !== "") break;
  }
  return files;
}
