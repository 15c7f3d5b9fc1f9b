import { expect, test } from "vitest";
import { commitSubject } from "./commit-subject.ts";

test.each([
  ["Add sub", "Add sub"],
  ["  Add\tsub  \n\nbody", "Add sub"],
  ["Add sub [skip ci]", "Add sub"],
  ["***NO_CI*** Add", "Add"],
  ["Fixes #99 and closes: other/project#2", "Fixes issue 99 and closes: issue other/project2"],
  ["Refers to #7", "Refers to #7"],
  ["Thanks @ada, uses @types/node and a@b.example", "Thanks ada, uses @types/node and a@b.example"],
  ["[skip ci]\nSecond line", "Second line"],
])("%j becomes %j", (message, subject) => {
  expect(commitSubject(message, "Other")).toBe(subject);
});

test("a message without words takes the other text, and that one is cleaned too", () => {
  expect(commitSubject(" \n ", "Title [skip ci]")).toBe("Title");
  expect(commitSubject("", "")).toBe("Change");
  expect(commitSubject("[skip ci]", "[no ci]")).toBe("Change");
});

test("a long line is cut", () => {
  const line = commitSubject("word ".repeat(50), "");
  expect(line).toHaveLength(100);
  expect(line.endsWith(" word wo...")).toBe(true);
});
