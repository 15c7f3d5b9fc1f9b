import { expect, test } from "vitest";
import { createJobBell } from "./job-bell.ts";

/** Far longer than the test may take: only a ring can end the wait. */
const forever = 600_000;

test("a ring wakes everybody who waits", async () => {
  const bell = createJobBell();
  const waiting = [bell.heard(bell.rings, forever), bell.heard(bell.rings, forever)];
  bell.ring();
  expect(await Promise.all(waiting)).toEqual([undefined, undefined]);
});

test("who asked before a ring and begins to wait after it has heard it", async () => {
  const bell = createJobBell();
  const before = bell.rings;
  bell.ring();
  await bell.heard(before, forever);
  expect(bell.rings).toBe(before + 1);
});

test("without a ring the wait ends by itself", async () => {
  const bell = createJobBell();
  await bell.heard(bell.rings, 1);
  expect(bell.rings).toBe(0);
});
