import fc from "fast-check";
import { expect, test } from "vitest";
import { inView } from "./in-view.ts";

const second = 1_796_000_000_000;
const old = { id: "98", at: second - 60_000 };
const question = { id: "100", at: second };

test("a question that came in the same second, but after the comment, was not in view", () => {
  expect(inView([old, question], { id: "99", at: second })).toBe(old);
  expect(inView([question], { id: "99", at: second })).toBeNull();
});

test("a comment right behind the question, in the same second, is about it", () => {
  expect(inView([question, old], { id: "101", at: second })).toBe(question);
});

test("a clock that was set back does not turn the order round", () => {
  expect(inView([old, question], { id: "101", at: second - 120_000 })).toBe(question);
});

test("without numbers for ids one second has no order: nothing was in view for sure", () => {
  const named = { id: "b", at: second };
  expect(inView([named], { id: "a", at: second })).toBeNull();
  expect(inView([{ id: "z", at: second - 1_000 }, named], { id: "a", at: second })).toBeNull();
  expect(inView([named], { id: "a", at: second + 1_000 })).toBe(named);
  expect(inView([named], { id: "a", at: second - 1_000 })).toBeNull();
});

test("whatever the times, no later question is in view, and the last earlier one always is", () => {
  const at = fc.integer({ min: 0, max: 3 }).map((seconds) => second + seconds * 1_000);
  const placed = fc.record({ id: fc.integer({ min: 1, max: 200 }).map(String), at });
  fc.assert(
    fc.property(fc.array(placed), placed, (notices, comment) => {
      const others = notices.filter(({ id }) => id !== comment.id);
      const before = others.filter(({ id }) => Number(id) < Number(comment.id)).map(({ id }) => Number(id));
      const found = inView(others, comment);
      expect(found === null ? [] : [Number(found.id)]).toEqual(before.length ? [Math.max(...before)] : []);
    }),
  );
});
