import fc from "fast-check";
import { expect, test } from "vitest";
import { speechIn } from "../platform/speech.ts";
import { slashCommandsIn } from "./slash-commands.ts";
import { wrapped } from "./testing/wrapped-words.ts";

const commands = (comment: string) => slashCommandsIn(comment).map(({ command }) => command);

test.each([
  "> It is ready.\n/tamma approve",
  "> > It is ready.\n> /tamma stop\n/tamma approve",
  "- It is ready.\n/tamma approve",
  "1. It is ready.\n   /tamma approve",
  "- It is ready.\n\n  /tamma approve",
  "- > It is ready.\n/tamma approve",
  "- > It is ready.\n\n```\n\n/tamma approve\n\n```",
  "The word `as\n/tamma approve\nthey` say",
  "\\` and `as\n/tamma approve\nthey` say",
  "&#96; and `as\n/tamma approve\nthey` say",
  "# A `\nand `as\n/tamma approve\nthey` say",
  "<blockquote>\n/tamma approve\n</blockquote>",
  "<pre>\n/tamma approve\n</pre>",
  "<details>\n\n/tamma approve\n\n</details>",
])("%j may be another's order: it is asked about", (comment) => {
  expect(commands(comment)).toEqual(["unclear"]);
});

test.each([
  "> It is ready.\n\n/tamma approve",
  "- It is ready.\n\n/tamma approve",
  "- It is ready.\n\n```\n/tamma stop\n```\n/tamma approve",
  "See `here`:\n/tamma approve\nand `there`",
  "<blockquote>no</blockquote>\n\n/tamma approve",
  "`<pre>` is there\n\n```\n<pre>\n```\n\n/tamma approve",
])("%j is the writer's own order", (comment) => {
  expect(commands(comment)).toEqual(["approve"]);
});

test("what a doubtful order stands behind keeps its words, and what comes behind it is taken", () => {
  expect(slashCommandsIn("/tamma change this:\n> as it was\n/tamma approve\n\n/tamma status")).toEqual([
    { command: "change", text: "this:\n> as it was" },
    { command: "unclear", said: "approve", todo: expect.stringContaining("empty line") },
    { command: "status" },
  ]);
});

test("the name in what may be a quote starts nothing, and is asked about", () => {
  const says = (comment: string) => speechIn(comment, "issue", "tamma[bot]");
  const askedAbout = { says: "orders", orders: [expect.objectContaining({ command: "unclear" })] };
  expect(says("> a question\n@tamma take it")).toEqual(askedAbout);
  expect(says("> a question\n\n@tamma take it")).toEqual({ says: "mention" });
  expect(says("- > @tamma take it")).toEqual({ says: "nothing" });
  expect(says("`code\n@tamma take it`")).toEqual({ says: "nothing" });
  expect(says("12. - <!--\n\n      @tamma take it\n\n     -->")).toEqual({ says: "nothing" });
  expect(says("- @tamma take it")).toEqual({ says: "mention" });
});

test("however quotes, lists, code and what is hidden are nested, none of it orders anything", () => {
  fc.assert(
    fc.property(wrapped("/tamma approve"), (comment) => {
      expect(commands(comment)).not.toContain("approve");
    }),
    { numRuns: 1_000 },
  );
});

test("however they are nested, nobody is named in them", () => {
  fc.assert(
    fc.property(wrapped("@tamma take it"), (comment) => {
      expect(speechIn(comment, "issue", "tamma[bot]").says).not.toBe("mention");
    }),
    { numRuns: 1_000 },
  );
});

test("an order behind all that is taken or asked about, and never passed over", () => {
  fc.assert(
    fc.property(wrapped("words"), (comment) => {
      const said = commands(`${comment}\n\n/tamma approve`);
      expect(said).toHaveLength(1);
      expect(["approve", "unclear"]).toContain(said[0]);
    }),
  );
});

test("a paragraph of many lines and backticks is read in good time", () => {
  const comment = "`a ``b\n/tamma status\n".repeat(5_000);
  expect(commands(comment)).toHaveLength(20);
  expect(speechIn("`@tamma` ".repeat(5_000), "issue", "tamma[bot]").says).toBe("nothing");
});
