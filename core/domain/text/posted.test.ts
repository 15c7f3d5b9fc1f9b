import fc from "fast-check";
import { expect, test } from "vitest";
import { postedLine, postedText, postedTitle } from "./posted.ts";

/** What GitHub, GitLab, Gitea, Azure and Bitbucket act on. */
const acts = [
  "@octocat",
  "&#64;octocat",
  "@org/team",
  "fixes #1",
  "Closes: #12",
  "resolves owner/name#3",
  "see !7 and GH-8",
  "<img src=https://evil.example/x>",
  "![x](https://evil.example/x.png)",
  "[x](https://evil.example)",
  "[x](javascript:alert(1))",
  "https://evil.example/?q=1",
  "www.evil.example",
  "mailto:a@evil.example",
  "<details>",
  "<!-- x -->",
  "```\ncode",
  "~~~\ncode",
  "| a | b |",
  "# heading",
  "- [ ] task",
  "1. one",
  "> quote",
  "$x$",
  "\u001b[31mred\u202e",
  "a`b`c",
  "/tamma approve",
  "---",
  "===",
];

/** The text without what is code in it. */
const outsideCode = (text: string) => text.replace(/`[^`]*`/g, "");

test.each(acts)("%s is posted as text", (text) => {
  for (const posted of [postedLine(text), postedText(text, 1_000), postedText(`a\n${text}`, 1_000)]) {
    const seen = outsideCode(posted);
    expect(seen).not.toMatch(/@\w|[#!]\d|gh-\d|:\/\/|\bwww\.|(?:javascript|mailto):/i);
    expect(seen).not.toMatch(/(?<!\\)[<>[\]|*_]|&(?!amp;)|(?<!\\)`|^\/\w/m);
    expect(posted).not.toMatch(/(?![\n\u200b])[\p{Cc}\p{Default_Ignorable_Code_Point}]/u);
  }
  expect(postedText(`a\n${text}`, 1_000)).not.toMatch(/^\s*(?:[-+#=~]|\d+[.)])/m);
});

test("a title mentions, refers to and closes nothing, and is one line", () => {
  const title = postedTitle("Fixes #1 for @ann\n\nCo-authored-by: x <y>", 250);
  expect(title).not.toMatch(/#\d|@\w|\n/);
  expect(title.replaceAll("\u200b", "")).toBe("Fixes #1 for @ann Co-authored-by: x <y>");
  expect(postedTitle("word ".repeat(100), 72).length).toBeLessThanOrEqual(72);
});

test("ordinary words stay as they are", () => {
  const words = "Round half to even in src/money.ts (line 12), because 1.005 is 1.00; e.g. a/b: 50 %!";
  expect(postedLine(words)).toBe(words);
  expect(postedText(`${words}\nand more`, 1_000)).toBe(`${words}\nand more`);
});

test("an address stays readable", () => {
  expect(postedLine("see https://h.example/a_b now")).toBe("see `https://h.example/a_b` now");
});

test("what is too long is cut", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 120 }), (text) => {
      expect(postedTitle(text, 50).length).toBeLessThanOrEqual(50);
      expect(postedLine(text, 50).isWellFormed()).toBe(true);
    }),
  );
});
