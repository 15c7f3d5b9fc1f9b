import { expect, test } from "vitest";
import { runnerDeadlineMs } from "../policy/limits.ts";
import {
  afterAnAnswer,
  correlationOf,
  type Dispatched,
  type DispatchQuestion,
  decideDispatch,
  fruitlessMax,
  pauseMsFirst,
  queuedMsMax,
  type RunState,
  runsPerLoopMax,
  unseenMsMax,
} from "./dispatch.ts";

const now = 1_796_000_000_000;
const job = (n: number) => `work/42/7#1~j${n}`;
const last: Dispatched = { at: now, job: job(1), tries: 1, runs: 1 };
const asked = (change: Partial<DispatchQuestion> = {}): DispatchQuestion => ({
  ...{ runner: "ci", canDispatch: true, open: { id: job(1), held: false }, last: null, run: "unseen", now },
  ...change,
});
const decide = (change: Partial<DispatchQuestion> = {}) => decideDispatch(asked(change));

test("the first open job of a loop starts a run", () => {
  expect(decide()).toEqual({ do: "dispatch", next: { at: now, job: job(1), tries: 1, runs: 1 } });
});

test.each<[string, Partial<DispatchQuestion>]>([
  ["a repository whose runners serve", { runner: "serve" }],
  ["a loop that needs no runner", { open: null }],
  ["a job that somebody holds", { open: { id: job(1), held: true } }],
])("%s starts none", (_, change) => {
  expect(decide(change)).toMatchObject({ do: "wait", until: null });
});

test("a platform that cannot start workflows is said at once, with the other way", () => {
  expect(decide({ canDispatch: false })).toMatchObject({
    do: "give-up",
    todo: expect.stringContaining("runner: serve"),
  });
});

test("while a run of the loop is alive there is no second one, whatever job is open", () => {
  for (const open of [job(1), job(2)].map((id) => ({ id, held: false }))) {
    expect(decide({ open, last, run: "running", now: now + 5 * 3_600_000 })).toMatchObject({ do: "wait" });
    expect(decide({ open, last, run: "waiting" })).toMatchObject({ do: "wait", until: now + queuedMsMax });
    expect(decide({ open, last })).toMatchObject({ do: "wait", until: now + unseenMsMax });
  }
});

test("a run that is over and brought the loop on is followed by the next, at once", () => {
  for (const run of ["passed", "failed"] as const)
    expect(decide({ open: { id: job(2), held: false }, last: { ...last, tries: 2, runs: 5 }, run })).toEqual({
      do: "dispatch",
      next: { at: now, job: job(2), tries: 1, runs: 6 },
    });
});

test("a run that left its job is tried again after a pause that grows, then given up with its state", () => {
  let record = last;
  for (let tries = 1; tries < fruitlessMax; tries++) {
    const again = record.at + pauseMsFirst * 2 ** (tries - 1);
    expect(decide({ last: record, run: "failed", now: again - 1 })).toMatchObject({
      do: "wait",
      until: again,
    });
    const next = decide({ last: record, run: "failed", now: again });
    if (next.do !== "dispatch") expect.fail(next.do);
    record = next.next;
    expect(record).toEqual({ at: again, job: job(1), tries: tries + 1, runs: tries + 1 });
  }
  const late = record.at + 3_600_000;
  expect(decide({ last: record, run: "failed", now: late })).toMatchObject({
    do: "give-up",
    why: expect.stringContaining("3 runs in a row left the job undone; the last one failed"),
  });
  expect(decide({ last: record, run: "passed", now: late })).toMatchObject({
    why: expect.stringContaining("ended without doing the job"),
  });
});

test("a run that is never seen is not waited for for ever, and asks for the workflow in the end", () => {
  const late = now + unseenMsMax;
  expect(decide({ last, now: late })).toMatchObject({ do: "dispatch", next: { tries: 2 } });
  expect(decide({ last: { ...last, tries: fruitlessMax }, now: late })).toMatchObject({
    do: "give-up",
    todo: expect.stringContaining("tamma.yml"),
  });
});

test("a run that no machine takes is given up before the loop's own deadline, which knows no reason", () => {
  expect(queuedMsMax).toBeLessThan(runnerDeadlineMs);
  expect(decide({ last, run: "waiting", now: now + queuedMsMax })).toMatchObject({
    do: "give-up",
    why: "no machine has taken the run for 50 minutes",
  });
});

test("whoever cancels a run is not answered with another one", () => {
  const open = { id: job(2), held: false };
  expect(decide({ open, last, run: "cancelled" })).toMatchObject({ do: "give-up" });
});

test("once a person put it right, what was before counts no more, except a run that is still alive", () => {
  const open = { id: job(2), held: false };
  const spent = { ...last, tries: fruitlessMax, runs: runsPerLoopMax };
  expect(decide({ open, last: spent, run: "cancelled" })).toMatchObject({ do: "give-up" });
  for (const run of ["cancelled", "failed", "passed", "unseen"] as const) {
    const anew = afterAnAnswer(run, open, now);
    expect(decide({ open, last: anew, run })).toMatchObject({ do: "dispatch", next: { tries: 1, runs: 1 } });
  }
  const later = now + queuedMsMax;
  expect(decide({ open, last, run: "waiting", now: later })).toMatchObject({ do: "give-up" });
  const waits = afterAnAnswer("waiting", open, later);
  expect(decide({ open, last: waits, run: "waiting", now: later })).toMatchObject({ do: "wait" });
});

test("each start has a correlation of its own, which tells of its issue", () => {
  const starts = [last, { ...last, runs: 2 }, { ...last, at: now + 1 }, { ...last, job: "work/42/8#1~j1" }];
  const names = starts.map(correlationOf);
  expect(new Set(names).size).toBe(starts.length);
  expect(names[0]).toMatch(/^7-1-\w+$/);
});

test("a loop that gets on, run after run, still ends at a ceiling", () => {
  const record = { ...last, runs: runsPerLoopMax };
  const open = { id: job(99), held: false };
  expect(decide({ open, last: record, run: "passed" })).toMatchObject({ do: "give-up" });
  expect(decide({ open, last: { ...record, runs: runsPerLoopMax - 1 }, run: "passed" })).toMatchObject({
    do: "dispatch",
  });
});

test("whatever happened before, asked on and on it comes to an end: no run is started without limit", () => {
  for (const run of ["passed", "failed", "unseen"] satisfies RunState[]) {
    let record: Dispatched | null = null;
    let at = now;
    let started = 0;
    for (let n = 0; n < 1_000; n++) {
      const made = decide({ last: record, run, now: at, open: { id: job(n % 5), held: false } });
      if (made.do === "give-up") break;
      if (made.do === "dispatch") {
        started++;
        record = made.next;
      }
      at += queuedMsMax;
    }
    expect(started).toBeLessThanOrEqual(runsPerLoopMax);
    expect(decide({ last: record, run, now: at })).toMatchObject({ do: "give-up" });
  }
});
