import { resolve } from "node:path";
import { outdatedPages, readPages, unusedParts, writePage } from "./docs/pages.ts";
import { docParts } from "./docs/parts.ts";
import { outdatedWorkflows } from "./docs/workflows.ts";

/**
 * `npm run docs:generate`: writes the generated parts of all pages, and the workflows that people copy. With
 * `-- --check` it writes nothing and fails when one of them is out of date.
 */
const root = resolve(import.meta.dirname, "..");
const check = process.argv.includes("--check");
const parts = docParts(root);
const pages = readPages(root);
const outdated = [...outdatedPages(pages, parts), ...outdatedWorkflows(root)];
const unused = unusedParts(pages, parts);
for (const page of outdated) {
  if (!check) writePage(root, page);
  console.log(`${check ? "out of date" : "written"}: ${page.path}`);
}
for (const name of unused) console.log(`no page shows the part "${name}"`);
const failed = unused.length > 0 || (check && outdated.length > 0);
console.log(
  failed ? "docs: run `npm run docs:generate` and look at the difference" : `docs: ${pages.length} pages`,
);
process.exitCode = failed ? 1 : 0;
