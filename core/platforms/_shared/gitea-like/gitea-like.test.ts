import fc from "fast-check";
import { expect, test } from "vitest";
import { linesShown } from "./diff-lines.ts";
import { bareTitle, draftTitle, isDraftTitle } from "./draft-title.ts";
import { fitsPattern } from "./status-pattern.ts";

test("whatever the title is, it can be made a draft and a title again", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.boolean(), (title, draft) => {
      // No platform takes a title of nothing but blanks.
      fc.pre(title.trim() !== "");
      const bare = bareTitle(title);
      fc.pre(!isDraftTitle(bare));
      expect(isDraftTitle(draftTitle(title, draft))).toBe(draft);
      expect(draftTitle(draftTitle(bare, true), false)).toBe(bare.replace(/^\s+/, ""));
    }),
  );
});

test("a title that is nothing but a prefix stays, for there would be no title left", () => {
  expect(draftTitle("WIP:", false)).toBe("WIP:");
});

test.each([
  ["ci", "ci", true],
  ["ci", "ci2", false],
  ["ci/*", "ci/build / unit (pull_request)", true],
  ["*", "anything at all", true],
  ["**/unit", "a/b/unit", true],
  ["c?", "ci", true],
  ["c?", "c", false],
  ["{lint,test}", "test", true],
  ["{lint,test}", "tests", false],
  ["[a-c]i", "bi", true],
  ["[!a-c]i", "bi", false],
  ["a.b", "axb", false],
  ["ci (push)", "ci (push)", true],
  ["\\*", "*", true],
  ["\\*", "x", false],
  ["[broken", "[broken", true],
  ["{broken", "broken", false],
  ["[z-a]", "b", false],
  ["{a,{b,c}}{1,2}", "c2", true],
  ["{a,{b,c}}{1,2}", "c3", false],
  ["\\{a\\}", "{a}", true],
  ["{a\\,b}", "a,b", true],
  ["[\\]x]", "]", true],
  ["*a*b", "xxaxxbab", true],
  ["*", "", true],
  ["ci\\", "ci\\", true],
])("the pattern %j and the status %j: %s", (pattern, name, fits) => {
  expect(fitsPattern(pattern, name)).toBe(fits);
});

test("whatever the pattern is, asking never fails, and every name fits itself", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (pattern, name) => {
      expect(typeof fitsPattern(pattern, name)).toBe("boolean");
      expect(fitsPattern(pattern, pattern)).toBe(true);
    }),
  );
});

test("a pattern made to be slow is answered at once", () => {
  expect(fitsPattern("*a".repeat(60), `${"a".repeat(5_000)}b`)).toBe(false);
  expect(fitsPattern("{a,b}".repeat(40), "c")).toBe(false);
  expect(fitsPattern("{".repeat(500), "c")).toBe(false);
});

const diff = `diff --git a/a.ts b/a.ts
index 1..2 100644
--- a/a.ts
+++ b/a.ts
@@ -1,2 +1,3 @@ function a() {
 one
+++ two
+three
--- gone
@@ -9 +10,0 @@
-nine
diff --git a/old.ts b/old.ts
deleted file mode 100644
--- a/old.ts
+++ /dev/null
@@ -1 +0,0 @@
-x
diff --git "a/na\\303\\257ve \\"b\\".ts" "b/na\\303\\257ve \\"b\\".ts"
--- /dev/null
+++ "b/na\\303\\257ve \\"b\\".ts"
@@ -0,0 +1,2 @@
+1
+2
\\ No newline at end of file
diff --git a/with space.ts b/with space.ts
--- a/with space.ts\t
+++ b/with space.ts\t
@@ -4,1 +7,1 @@
-a
+b
`;

test("a diff shows added lines and those around them, by path", () => {
  expect([...linesShown(diff)].map(([path, lines]) => [path, [...lines]])).toEqual([
    ["a.ts", [1, 2, 3]],
    ['naïve "b".ts', [1, 2]],
    ["with space.ts", [7]],
  ]);
  expect(linesShown("").size).toBe(0);
});
