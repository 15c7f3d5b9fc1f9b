import { expect, test } from "vitest";
import { steadyClock } from "./steady-clock.ts";

const hour = 3_600_000;

test("a clock that is right is passed on as it is", () => {
  let wall = 10 * hour;
  const clock = steadyClock(() => wall, 9 * hour);
  expect(clock.now()).toBe(wall);
  wall += 5;
  expect([clock.now(), clock.wallTime(wall)]).toEqual([wall, wall]);
});

test("a clock that was set back while nobody looked goes on from the newest event, at its own speed", () => {
  let wall = 7 * hour;
  const clock = steadyClock(() => wall, 10 * hour);
  expect(clock.now()).toBe(10 * hour);
  wall += 500;
  expect(clock.now()).toBe(10 * hour + 500);
  // An alarm for half a second later has to be set where the machine's clock will be then.
  expect(clock.wallTime(10 * hour + 1_000)).toBe(wall + 500);
});

test("a clock that is set back at work does not run back, and one that is set forward is followed", () => {
  let wall = 10 * hour;
  const clock = steadyClock(() => wall, 0);
  clock.now();
  wall -= 2 * hour;
  expect(clock.now()).toBe(10 * hour);
  wall += 1_000;
  expect(clock.now()).toBe(10 * hour + 1_000);
  wall += 5 * hour;
  expect(clock.now()).toBe(15 * hour + 1_000);
});
