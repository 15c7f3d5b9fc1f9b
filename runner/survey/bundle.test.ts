import { expect, test } from "vitest";
import { bundle, bundleBytesMax, fenced } from "./bundle.ts";

test("sections that find no room are named, and the whole stays below the limit", () => {
  const section = (title: string) => ({
    title,
    body: `${"word ".repeat(40)}\n`.repeat(100),
    charsMax: 15_000,
  });
  const text = bundle([section("one"), section("two"), section("three"), section("four"), section("five")]);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(bundleBytesMax);
  expect(text).toContain("characters more]");
  expect(text).toContain("Left out for want of room: four, five");
});

test("a text cannot close its own fence", () => {
  expect(fenced("a\n````\nb")).toBe("`````\na\n````\nb\n`````");
});
