// The build: every source must load, and keep the rules of AGENTS.md that a machine can see.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const root = join(import.meta.dirname, "../src");
const rules = [
  { pattern: /\bconsole\./, says: "src/ does not print; return the text" },
  { pattern: /^export default\b/m, says: "use a named export" },
  { pattern: /^(export )?enum\b/m, says: "enums cannot be erased; use a union of strings" },
  { pattern: /\n\nexport (async )?function\b/, says: "say in a comment above what the exported function returns" },
];

const problems = [];
const files = readdirSync(root).filter((file) => file.endsWith(".ts"));
for (const file of files) {
  const text = readFileSync(join(root, file), "utf8");
  for (const { pattern, says } of rules) if (pattern.test(text)) problems.push(`src/${file}: ${says}`);
  try {
    await import(pathToFileURL(join(root, file)).href);
  } catch (error) {
    problems.push(`src/${file}: does not load: ${error.message}`);
  }
}
for (const problem of problems) console.error(problem);
console.log(`${files.length} sources checked, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
