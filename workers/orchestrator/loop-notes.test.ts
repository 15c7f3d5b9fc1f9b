import { expect, test } from "vitest";
import { logTo } from "./log.ts";
import { loopNotes } from "./loop-notes.ts";
import type { LoopRow } from "./objects.ts";

const row = { summary: { id: "a/b/1#1" } } as LoopRow;

test("a note that fails late is told again, although nobody looked when it failed", async () => {
  logTo(() => {});
  const told: LoopRow[] = [];
  const answer = Promise.withResolvers<void>();
  let now = 1_000;
  const notes = loopNotes({
    rowOf: () => row,
    coordinatorOf: () => ({
      noteLoop: (noted) => {
        told.push(noted);
        return told.length === 1 ? answer.promise : Promise.resolve();
      },
    }),
    list: async () => {},
    now: () => now,
    after: () => () => {},
    keepAlive: () => {},
  });
  expect(notes.nextAt()).toBeNull();
  notes.changed("a/b/1#1");
  await Promise.resolve();
  const lookAgainAt = notes.nextAt() ?? 0;
  expect(lookAgainAt).toBeGreaterThan(now);
  now = lookAgainAt - 1;
  answer.reject(new Error("the connection was lost"));
  await expect(answer.promise).rejects.toThrow();
  for (let turn = 0; turn < 5; turn += 1) await null;
  now = notes.nextAt() ?? 0;
  notes.retryDue(now);
  // While it is told again nothing is due, however long the answer takes.
  expect(notes.nextAt()).toBeGreaterThan(now);
  for (let turn = 0; turn < 5; turn += 1) await null;
  expect(told).toHaveLength(2);
  expect(notes.nextAt()).toBeNull();
});

test("what a loop does while a note rests goes in one note", async () => {
  const told: string[] = [];
  const rested: (() => void)[] = [];
  const notes = loopNotes({
    rowOf: (loop) => ({ summary: { id: loop } }) as LoopRow,
    coordinatorOf: () => ({ noteLoop: async ({ summary }) => void told.push(summary.id) }),
    list: async () => {},
    now: () => 1_000,
    after: (_, work) => {
      rested.push(work);
      return () => {};
    },
    keepAlive: () => {},
  });
  const turns = async () => {
    for (let turn = 0; turn < 10; turn += 1) await null;
  };
  notes.changed("a/b/1#1");
  await turns();
  expect(told).toEqual(["a/b/1#1"]);
  for (const loop of ["a/b/1#1", "a/b/1#1", "a/b/1#2"]) notes.changed(loop);
  await turns();
  expect(told).toHaveLength(1);
  expect(notes.nextAt()).not.toBeNull();
  rested.at(-1)?.();
  await turns();
  expect(told).toEqual(["a/b/1#1", "a/b/1#1", "a/b/1#2"]);
  expect(notes.nextAt()).toBeNull();
});

test("progress waits for more of it, and what others act on does not", async () => {
  let [now, seq, active] = [1_000, 1, true];
  let head: string | null = null;
  let [told, listed]: [number[], number[]] = [[], []];
  let timer: { at: number; work: () => void } | null = null;
  const rowNow = () => ({ summary: { id: "a/b/1#1" }, active, head, seq }) as LoopRow;
  const notes = loopNotes({
    rowOf: rowNow,
    coordinatorOf: () => ({ noteLoop: async (row) => void told.push(row.seq) }),
    list: async (row) => void listed.push(row.seq),
    now: () => now,
    after: (ms, work) => {
      timer = { at: now + ms, work };
      return () => {};
    },
    keepAlive: () => {},
  });
  const passMs = async (ms: number) => {
    now += ms;
    if (timer !== null && timer.at <= now) timer.work();
    for (let turn = 0; turn < 20; turn += 1) await null;
  };
  const change = async () => {
    seq += 1;
    notes.changed("a/b/1#1");
    await passMs(0);
    await notes.toD1();
  };
  await change();
  expect([told, listed]).toEqual([[2], [2]]);
  [told, listed] = [[], []];
  await change();
  await passMs(900);
  await change();
  expect([told, listed]).toEqual([[], []]);
  await passMs(100);
  expect(told).toEqual([4]);
  told = [];
  await change();
  await passMs(200);
  head = "0".repeat(40);
  await change();
  active = false;
  await change();
  expect([told, listed]).toEqual([[6], [6, 7]]);
  await passMs(100);
  expect(told).toEqual([6, 7]);
});
