import { expect, test } from "vitest";
import { memoryCopy } from "../../test/memory/log-copy.ts";
import { type CopyLimit, copyLimit, type LimitClock, limited } from "./copy-limit.ts";

/** Time that passes when it is told to. */
function handClock(): LimitClock & { pass(ms: number): Promise<void> } {
  let now = 1_000;
  const timers = new Set<{ at: number; work: () => void }>();
  return {
    now: () => now,
    after: (ms, work) => {
      const timer = { at: now + ms, work };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    pass: async (ms) => {
      for (const end = now + ms; now < end; ) {
        now += 1;
        for (const timer of timers) if (timer.at <= now && timers.delete(timer)) timer.work();
        await null;
        await null;
      }
      await settled();
    },
  };
}

/** Everything that can go on has gone on. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A copy that is under way until it is told how it ends. */
function begin(limit: CopyLimit, clock: LimitClock) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let begun = false;
  const ended = limit.wait(() => {
    begun = true;
    return promise;
  }, clock);
  ended.catch(() => {});
  return { isBegun: () => begun, done: resolve, fails: reject, ended };
}

test("two copies are under way at once, and one more when one of them has ended", async () => {
  const [limit, clock] = [copyLimit(), handClock()];
  const [first, second] = [begin(limit, clock), begin(limit, clock)];
  const waiting = [begin(limit, clock), begin(limit, clock)];
  const begun = () => waiting.filter((copy) => copy.isBegun()).length;
  await clock.pass(1_000);
  expect([first.isBegun(), second.isBegun(), begun()]).toEqual([true, true, 0]);
  second.done("second");
  await clock.pass(100);
  expect(begun()).toBe(1);
  first.done("first");
  await clock.pass(100);
  expect(begun()).toBe(2);
  expect(await first.ended).toBe("first");
});

test("a copy that fails makes room too, and its fault reaches who asked", async () => {
  const [limit, clock] = [copyLimit(), handClock()];
  const [first, , third] = [begin(limit, clock), begin(limit, clock), begin(limit, clock)];
  await settled();
  first.fails(new Error("D1 is down"));
  await clock.pass(100);
  expect(third.isBegun()).toBe(true);
  await expect(first.ended).rejects.toThrow("D1 is down");
});

test("behind copies that were cut one waits five seconds, and half a minute later nobody", async () => {
  const [limit, clock] = [copyLimit(), handClock()];
  begin(limit, clock);
  begin(limit, clock);
  const third = begin(limit, clock);
  await clock.pass(4_900);
  expect(third.isBegun()).toBe(false);
  await clock.pass(200);
  expect(third.isBegun()).toBe(true);
  third.done("");
  await clock.pass(25_000);
  const fourth = begin(limit, clock);
  await settled();
  expect(fourth.isBegun()).toBe(true);
});

test("only what is written waits: who asks D1 where it stands is answered at once", async () => {
  const [limit, clock] = [copyLimit(), handClock()];
  begin(limit, clock);
  begin(limit, clock);
  const copy = limited(memoryCopy(), limit, clock);
  let isWritten = false;
  void copy.append([]).then(() => {
    isWritten = true;
  });
  expect(await copy.heads({ from: "", below: "z" })).toEqual([]);
  await settled();
  expect(isWritten).toBe(false);
  await clock.pass(5_100);
  expect(isWritten).toBe(true);
});
