import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchClock } from "./clock-watch.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a clock that is set back is noticed once, one that is corrected or set forward is not", () => {
  const heard: number[] = [];
  const clocks = { offset: 1_000_000, wall: () => clocks.steady() + clocks.offset, steady: () => Date.now() };
  const stop = watchClock((ms) => heard.push(ms), clocks);
  const pass = () => vi.advanceTimersByTime(3_000);
  pass();
  clocks.offset -= 500;
  pass();
  clocks.offset += 600_000;
  pass();
  expect(heard).toEqual([]);
  clocks.offset -= 7_200_000;
  pass();
  pass();
  expect(heard).toEqual([7_200_000]);
  stop();
  clocks.offset -= 7_200_000;
  pass();
  expect(heard).toHaveLength(1);
});
