import { expect, test } from "vitest";
import { memoryClockRows } from "../../test/memory/clock-rows.ts";
import { Disk } from "../../test/memory/disk.ts";
import { steadyClock } from "./steady-clock.ts";

const hour = 3_600_000;
const newRows = () => memoryClockRows(new Disk());

test("a clock that is right is passed on as it is", () => {
  let wall = 10 * hour;
  const clock = steadyClock(() => wall, 9 * hour, newRows());
  expect(clock.now()).toBe(wall);
  wall += 5;
  expect([clock.now(), clock.wallTime(wall)]).toEqual([wall, wall]);
});

test("a clock that was set back while nobody looked goes on from the newest event, at its own speed", () => {
  let wall = 7 * hour;
  const clock = steadyClock(() => wall, 10 * hour, newRows());
  expect(clock.now()).toBe(10 * hour);
  wall += 500;
  expect(clock.now()).toBe(10 * hour + 500);
  // An alarm for half a second later has to be set where the machine's clock will be then.
  expect(clock.wallTime(10 * hour + 1_000)).toBe(wall + 500);
});

test("a clock that is set back at work does not run back, and one that is set forward is followed", () => {
  let wall = 10 * hour;
  const clock = steadyClock(() => wall, 0, newRows());
  clock.now();
  wall -= 2 * hour;
  expect(clock.now()).toBe(10 * hour);
  wall += 1_000;
  expect(clock.now()).toBe(10 * hour + 1_000);
  wall += 5 * hour;
  expect(clock.now()).toBe(15 * hour + 1_000);
});

test("the next instance knows how long ago it was that the clock was set back", () => {
  let wall = 7 * hour;
  const rows = newRows();
  const next = (newest: number) => steadyClock(() => wall, newest, rows);
  expect(next(10 * hour).now()).toBe(10 * hour);
  wall += 20_000;
  expect(next(10 * hour).now()).toBe(10 * hour + 20_000);
  wall += 20_000;
  // Events of meanwhile change nothing.
  expect(next(10 * hour + 30_000).now()).toBe(10 * hour + 40_000);
  expect(next(10 * hour + 30_000).wallTime(10 * hour + 50_000)).toBe(wall + 10_000);
});

test("set back a second time, it goes on from the newest event of then", () => {
  let wall = 7 * hour;
  const rows = newRows();
  steadyClock(() => wall, 10 * hour, rows);
  wall = 6 * hour;
  expect(steadyClock(() => wall, 11 * hour, rows).now()).toBe(11 * hour);
  wall += 1_000;
  expect(steadyClock(() => wall, 11 * hour, rows).now()).toBe(11 * hour + 1_000);
});

test("once the machine's clock has caught up, what was kept means nothing any more", () => {
  let wall = 7 * hour;
  const rows = newRows();
  steadyClock(() => wall, 10 * hour, rows);
  wall = 12 * hour;
  expect(steadyClock(() => wall, 10 * hour, rows).now()).toBe(12 * hour);
  wall -= 2_000;
  // Two seconds are two seconds, and not the three hours of before.
  expect(steadyClock(() => wall, 12 * hour, rows).now()).toBe(12 * hour);
});

test("a row that cannot be written does not stop the clock", () => {
  const full = () => {
    throw new Error("SQLITE_FULL: disk is full");
  };
  const clock = steadyClock(() => 7 * hour, 10 * hour, { read: () => null, write: full });
  expect(clock.now()).toBe(10 * hour);
});
