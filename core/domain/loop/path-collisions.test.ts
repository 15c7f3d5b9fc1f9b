import { expect, test } from "vitest";
import { pathCollisions } from "./path-collisions.ts";

test("files and folders that differ in case, or in the form of a letter, are one on some disk", () => {
  expect(pathCollisions(["README.md"], ["readme.md"])).toEqual([{ path: "README.md", other: "readme.md" }]);
  expect(pathCollisions(["SRC/new.ts"], ["src/old.ts"])).toEqual([{ path: "SRC", other: "src" }]);
  expect(pathCollisions(["cafe\u0301"], ["caf\u00e9"])).toHaveLength(1);
  expect(pathCollisions(["a/B", "a/b"], [])).toEqual([{ path: "a/b", other: "a/B" }]);
});

test("the same path is no collision, and old twins are nobody's fault", () => {
  expect(pathCollisions(["src/a.ts", "src/b.ts"], ["src/a.ts", "src/c.ts"])).toEqual([]);
  expect(pathCollisions(["c"], ["a", "A"])).toEqual([]);
});
