import { expect, test } from "vitest";
import { payloadToday, shapedAt, todaysVersion, type Upcasts } from "./upcast.ts";

/** Reminded was renamed twice, Merged changed once. */
const upcasts: Upcasts = [
  { Reminded: ({ about, ...rest }) => ({ ...rest, subject: about }) },
  {
    Reminded: ({ subject, ...rest }) => ({ ...rest, topic: subject }),
    Merged: (said) => ({ ...said, by: null }),
  },
];

test("an event of any version is read in today's words, step by step", () => {
  const read = (version: number, payload: Record<string, unknown>) =>
    payloadToday({ type: "Reminded", version, payload }, upcasts);
  expect(read(1, { about: "plan", n: 1 })).toEqual({ topic: "plan", n: 1 });
  expect(read(2, { subject: "plan", n: 1 })).toEqual({ topic: "plan", n: 1 });
  expect(read(3, { topic: "plan", n: 1 })).toEqual({ topic: "plan", n: 1 });
});

test("a type that kept its shape is read as it stands, also one with the name of a method", () => {
  for (const type of ["Escalated", "toString"])
    expect(payloadToday({ type, version: 1, payload: { a: 1 } }, upcasts)).toEqual({ a: 1 });
});

test("the stored payload stays as it was", () => {
  const payload = Object.freeze({ about: "plan" });
  payloadToday({ type: "Reminded", version: 1, payload }, upcasts);
  expect(payload).toEqual({ about: "plan" });
});

test("an entry raises the version, and each type knows when it got its shape", () => {
  expect([todaysVersion([]), todaysVersion(upcasts)]).toEqual([1, 3]);
  expect(["Reminded", "Merged", "Escalated"].map((type) => shapedAt(upcasts, type))).toEqual([3, 3, 1]);
  expect(shapedAt(upcasts.slice(0, 1), "Reminded")).toBe(2);
});

test("an event of a newer version than today's is not guessed at", () => {
  expect(() => payloadToday({ type: "Reminded", version: 4, payload: {} }, upcasts)).toThrow(
    "Reminded has version 4, this Tamma reads up to 3",
  );
});
