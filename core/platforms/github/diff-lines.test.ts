import { expect, test } from "vitest";
import { linesIn } from "./diff-lines.ts";

test("lines of the new file that a patch shows can have comments, removed ones not", () => {
  const patch = "@@ -1,3 +1,4 @@ head\n one\n-two\n+2\n+2b\n three\n@@ -20 +21,2 @@\n last\n+more";
  expect([...linesIn(patch)]).toEqual([1, 2, 3, 4, 21, 22]);
});

test("a new file, a removed one and one without a patch", () => {
  expect([...linesIn("@@ -0,0 +1,2 @@\n+a\n+b\n\\ No newline at end of file")]).toEqual([1, 2]);
  expect([...linesIn("@@ -1,2 +0,0 @@\n-a\n-b")]).toEqual([]);
  expect([...linesIn("")]).toEqual([]);
});

test("text that looks like the head of a piece is text", () => {
  expect([...linesIn("@@ -1,2 +1,2 @@\n-@@ -9 +90 @@\n+@@ -9 +90 @@\n same")]).toEqual([1, 2]);
});
