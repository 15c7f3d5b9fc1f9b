import fc from "fast-check";
import { expect, test } from "vitest";
import { cut, keyIn, withMarker, withoutMarker } from "./marker.ts";

const max = 65_536;
const keys = fc.string({ unit: "grapheme", minLength: 1, maxLength: 100 });

test("whatever the key and the body are, the key is read back and the body stands behind it", () => {
  fc.assert(
    fc.property(keys, fc.string({ unit: "grapheme" }), (key, body) => {
      const text = withMarker(body, key, max);
      expect(keyIn(text)).toBe(key);
      expect(withoutMarker(text)).toBe(body);
    }),
  );
});

test("a body with a marker of its own cannot take another key, nor can the key itself", () => {
  const forged = withMarker("", "other", max);
  expect(keyIn(withMarker(forged, "mine", max))).toBe("mine");
  expect(keyIn(`Look:\n${forged}`)).toBeNull();
  expect(keyIn(withMarker("text", "a --> <!-- tamma:key b -->", max))).toBe("a --> <!-- tamma:key b -->");
  expect(withMarker("", "a-->b--!>c", max).match(/--/g)).toHaveLength(2);
});

test("a text of nobody's has no key, and a broken one is none", () => {
  expect(keyIn("")).toBeNull();
  expect(keyIn("hello")).toBeNull();
  expect(keyIn("<!-- tamma:key %ff -->")).toBeNull();
  expect(keyIn("<!-- tamma:key a --> and more")).toBeNull();
});

test("line ends that a platform rewrote do not hide the key", () => {
  expect(keyIn(withMarker("a\nb", "k", max).replaceAll("\n", "\r\n"))).toBe("k");
});

test("a body that is too long loses its end and says so, and the whole fits", () => {
  const text = withMarker("x".repeat(100_000), "k", max);
  expect(text.length).toBe(max);
  expect(text.endsWith("no longer text.)")).toBe(true);
  expect(keyIn(text)).toBe("k");
});

test("a cut never halves a character", () => {
  for (let chars = 60; chars < 70; chars += 1) {
    const text = cut("\u{1F600}".repeat(80), chars);
    expect(text.isWellFormed()).toBe(true);
    expect(text.length).toBeLessThanOrEqual(chars);
  }
});

test.each(["", "x".repeat(301), "\uD800"])("a key %j is refused", (key) => {
  expect(() => withMarker("text", key, max)).toThrow("a key has 1 to 300 characters");
});
