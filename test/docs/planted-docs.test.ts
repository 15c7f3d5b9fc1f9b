import { expect, test } from "vitest";
import { z } from "zod";
import { documentedConstants } from "../../scripts/docs/doc-comments.ts";
import { fillPage } from "../../scripts/docs/marked.ts";
import { outdatedPages, type Page, unusedParts } from "../../scripts/docs/pages.ts";
import { shapeOf } from "../../scripts/docs/shape.ts";
import { plantTree } from "../tidy/planted-tree.ts";
import { brokenLinks } from "./links.ts";
import { undocumented, unknownCommands, unknownPaths, unknownScripts, unknownVariables } from "./mentions.ts";

const parts = { one: () => "| 1 |", two: () => "| 2 |" };
const page = (text: string, path = "docs/a.md"): Page => ({ path, text });
const marked = (name: string, text: string) =>
  `# A\n\n<!-- generated: ${name} -->\n\n${text}\n\n<!-- /generated -->\n\nEnd\n`;

test("a generated part that differs from its source is found and made anew", () => {
  const [found] = outdatedPages([page(marked("one", "| old |"))], parts);
  expect(found?.text).toBe(marked("one", "| 1 |"));
  expect(outdatedPages([page(marked("one", "| 1 |"))], parts)).toEqual([]);
});

test("a part that nobody makes and a marker without its partner are refused", () => {
  expect(() => fillPage("a.md", marked("three", ""), parts)).toThrow(/no part is called "three"/);
  expect(() => fillPage("a.md", "<!-- generated: one -->\ntext\n", parts)).toThrow(/no end/);
  expect(() => fillPage("a.md", "text\n<!-- /generated -->\n", parts)).toThrow(/no beginning/);
});

test("a part that no page shows is found", () => {
  expect(unusedParts([page(marked("one", "| 1 |"))], parts)).toEqual(["two"]);
});

const files = new Set(["README.md", "docs/a.md", "docs/b.md", "core/domain/a.ts"]);

test.each([
  ["[b](c.md)", "[b](b.md)"],
  ["[b](../b.md)", "[readme](../README.md)"],
  ["[b](b.md#nothing)", "[b](b.md#tammayml-and-more)"],
  ["[here](#nowhere)", "[here](#a-heading)"],
  ["![picture](flow.svg)", "`[b](c.md)`"],
  ["[folder](decisions)", "[folder](../core/domain)"],
])("a broken link is found: %s", (wrong, right) => {
  const b = page("# B\n\n## `.tamma.yml` and more\n", "docs/b.md");
  const links = (text: string) => brokenLinks([page(`# A heading\n\n${text}\n`), b], files);
  expect(links(wrong)).toHaveLength(1);
  expect(links(right)).toEqual([]);
});

test("what stands in a block of code is no link", () => {
  expect(brokenLinks([page("```\n[b](c.md)\n```\n")], files)).toEqual([]);
});

test("a script, command, path or variable that is not there is found", () => {
  expect(unknownScripts([page("`npm run bulid`")], ["build", "test"])).toHaveLength(1);
  expect(unknownScripts([page("`npm run build` and `npm test`")], ["build", "test"])).toEqual([]);
  expect(unknownCommands([page("`tamma inbx`, `npm run tamma -- inbx`")], ["inbox"])).toHaveLength(2);
  expect(unknownCommands([page("`tamma inbox`; tamma is a word")], ["inbox"])).toEqual([]);
  expect(unknownPaths([page("`core/domain/b.ts`")], files)).toHaveLength(1);
  expect(unknownPaths([page("`core/domain/a.ts`, `core/domain`, `core/<name>`")], files)).toEqual([]);
  expect(unknownVariables([page("set TAMMA_COLOUR")], "env.TAMMA_COLOR")).toHaveLength(1);
  expect(unknownVariables([page("set TAMMA_COLOR")], "env.TAMMA_COLOR")).toEqual([]);
});

test("a key or command that its page does not name is found", () => {
  expect(undocumented(page("| `setup` |\n\n### inbox\n"), ["setup", "test", "inbox"])).toHaveLength(1);
});

test("two constants without an empty line between them share their comment", () => {
  using tree = plantTree({
    "a.ts": "/** Both\n * of them. */\nexport const a = 1;\nconst b = 2;\n\nexport const c = 3;\n",
  });
  const said = documentedConstants(tree.root, "a.ts").map(({ name, says }) => [name, says]);
  expect(said).toEqual([
    ["a", "Both of them."],
    ["b", "Both of them."],
    ["c", ""],
  ]);
});

test("a schema is written as a type, with names where it has one", () => {
  const Sha = z.string();
  const schema = z.object({ sha: Sha.nullable(), "a-b": z.array(z.enum(["x", "y"])).optional() });
  expect(shapeOf(schema, new Map([[Sha, "Sha"]]))).toBe('{ sha: Sha | null, "a-b"?: ("x" | "y")[] }');
  expect(() => shapeOf(z.date())).toThrow(/type date/);
});
