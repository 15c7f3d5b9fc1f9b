import { expect, test } from "vitest";
import { speechIn } from "./speech.ts";

const onIssue = (comment: string, login = "tamma-bot") => speechIn(comment, "issue", login).says;
const onPull = (comment: string) => speechIn(comment, "pull-request", "tamma-bot").says;

test("orders go before all else", () => {
  expect(speechIn("@tamma-bot hello\n/tamma approve", "issue", "tamma-bot")).toEqual({
    ...{ says: "orders", orders: [{ command: "approve" }] },
  });
});

test.each(["@tamma-bot please take this", "Could @Tamma-Bot, take this?", "cc @tamma-bot."])(
  "%j speaks to Tamma",
  (comment) => {
    expect(onIssue(comment)).toBe("mention");
  },
);

test.each([
  "I like it",
  "@tamma-bot2 is somebody else",
  "write to me@tamma-bot",
  "see https://git.example.test/@tamma-bot",
  "> @tamma-bot said something",
  "it prints `@tamma-bot`",
  "```\n@tamma-bot\n```",
  "<!-- @tamma-bot -->",
])("%j says nothing to Tamma", (comment) => {
  expect(onIssue(comment)).toBe("nothing");
});

test("an App is spoken to without the end of its name", () => {
  expect(onIssue("@tamma take it", "tamma[bot]")).toBe("mention");
});

test("on a pull request every word is a remark, and a quote alone is none", () => {
  expect(onPull("This rounds the wrong way.")).toBe("remark");
  expect(onPull("> old words\n\nNo.")).toBe("remark");
  expect(onPull("> old words")).toBe("nothing");
  expect(onPull("<!-- nothing -->")).toBe("nothing");
});

test("code ends at a run of as many backticks, and one that never ends is none", () => {
  expect(onIssue("``a ` @tamma-bot`` b")).toBe("nothing");
  expect(onIssue("`a` @tamma-bot `b`")).toBe("mention");
  expect(onIssue("``@tamma-bot` is at it")).toBe("mention");
});

test("a comment as long as a platform takes, all backticks, is read in one pass", () => {
  const runs = Array.from({ length: 1_400 }, (_, n) => "`".repeat(1_400 - n)).join(" ");
  expect(onIssue(`a${"`".repeat(1_000_000)} @tamma-bot`)).toBe("mention");
  expect(onIssue(`a ${runs} @tamma-bot`)).toBe("mention");
});
