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
  rested.shift()?.();
  await turns();
  expect(told).toEqual(["a/b/1#1", "a/b/1#1", "a/b/1#2"]);
  expect(notes.nextAt()).toBeNull();
});
