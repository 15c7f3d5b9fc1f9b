import { expect, test } from "vitest";
import { createJobBell } from "./job-bell.ts";

/** Far longer than the test may take: only a ring can end the wait. */
const forever = 600_000;

test("a ring wakes everybody who waits", async () => {
  const bell = createJobBell();
  const waiting = [bell.heard(bell.rings, forever), bell.heard(bell.rings, forever)];
  bell.ring("main/r1");
  expect(await Promise.all(waiting)).toEqual([new Set(["main/r1"]), new Set(["main/r1"])]);
});

test("who asked before a ring and begins to wait after it has heard it", async () => {
  const bell = createJobBell();
  const before = bell.rings;
  bell.ring("main/r1");
  bell.ring("main/r2");
  expect(await bell.heard(before, forever)).toEqual(new Set(["main/r1", "main/r2"]));
  expect(await bell.heard(before + 1, forever)).toEqual(new Set(["main/r2"]));
});

test("without a ring the wait ends by itself", async () => {
  const bell = createJobBell();
  expect(await bell.heard(bell.rings, 1)).toBeNull();
});

test("who missed more rings than are remembered is not told where", async () => {
  const bell = createJobBell();
  for (let ring = 0; ring < 1_000; ring += 1) bell.ring(`main/r${ring}`);
  expect(await bell.heard(0, forever)).toBeNull();
  expect(await bell.heard(999, forever)).toEqual(new Set(["main/r999"]));
});
