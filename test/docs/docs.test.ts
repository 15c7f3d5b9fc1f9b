import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sourceFiles, trackedFiles } from "../../scripts/check/tracked-files.ts";
import { commandNames } from "../../scripts/docs/cli.ts";
import { configKeys } from "../../scripts/docs/config.ts";
import { fillPage } from "../../scripts/docs/marked.ts";
import { outdatedPages, readPages, unusedParts } from "../../scripts/docs/pages.ts";
import { docParts } from "../../scripts/docs/parts.ts";
import { outdatedWorkflows } from "../../scripts/docs/workflows.ts";
import { repository } from "../tidy/tree.ts";
import { brokenLinks } from "./links.ts";
import { undocumented, unknownCommands, unknownPaths, unknownScripts, unknownVariables } from "./mentions.ts";

const pages = readPages(repository);
const parts = docParts(repository);
const files = new Set(trackedFiles(repository));
/** A dated decision speaks of the tree of its day; it is never rewritten. */
const present = pages.filter(({ path }) => !path.startsWith("docs/decisions/") && path !== "CHANGELOG.md");
const pageAt = (path: string) => pages.find((page) => page.path === path) ?? { path, text: "" };

test("every generated part says what the sources say (npm run docs:generate)", () => {
  expect(outdatedPages(pages, parts).map((page) => page.path)).toEqual([]);
  expect(unusedParts(pages, parts)).toEqual([]);
  expect(outdatedWorkflows(repository).map((page) => page.path)).toEqual([]);
});

test("README shows the 14 steps as the pipeline has them", () => {
  expect(fillPage("README.md", pageAt("README.md").text, parts).names).toContain("steps");
});

test("every link leads to a file and a heading", () => {
  expect(brokenLinks(pages, files)).toEqual([]);
});

test("every npm script that a page names exists", () => {
  const { scripts } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
  expect(unknownScripts(present, Object.keys(scripts))).toEqual([]);
});

test("every command of the command line is documented, and no other is named", () => {
  const commands = commandNames(repository);
  expect(commands.length).toBeGreaterThan(10);
  expect(undocumented(pageAt("docs/cli.md"), commands)).toEqual([]);
  expect(unknownCommands(present, commands)).toEqual([]);
});

test("every key of .tamma.yml is documented with its meaning", () => {
  const page = pageAt("docs/your-own-repository.md");
  expect(undocumented(page, configKeys)).toEqual([]);
  expect(page.text.match(/^\| `[\w-]+` \|.*\|\s*\|$/gm)).toBeNull();
});

test("every file and folder that a page names is there", () => {
  expect(unknownPaths(present, files)).toEqual([]);
});

test("every variable of the environment that a page names is read somewhere", () => {
  const sources = sourceFiles(repository, ["ts", "tsx", "mjs"]).filter((path) => !path.startsWith("test/"));
  const source = sources.map((path) => readFileSync(join(repository, path), "utf8")).join("\n");
  expect(unknownVariables(present, source)).toEqual([]);
});

test("README leads to every page below docs", () => {
  const readme = pageAt("README.md").text;
  const own = pages.map(({ path }) => path).filter((path) => /^docs\/[^/]+\.md$/.test(path));
  expect(own.filter((path) => !readme.includes(`(${path})`))).toEqual([]);
});
