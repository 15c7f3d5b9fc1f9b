import { loopWords } from "@tamma/core/domain/loop/view.ts";
import type { JobKind, LoopStanding } from "@tamma/core/protocol/runner.ts";
import { expect, test } from "vitest";
import { whyEnded } from "./why-ended.ts";

const job = (kind: JobKind, runner: string | null = null) => ({ id: "local/calc/7#1~j1", kind, runner });
const ended = (
  word: LoopStanding["word"],
  open: LoopStanding["job"] = null,
  quietMs = 0,
  kinds: JobKind[] | null = null,
) => whyEnded({ word, job: open }, kinds, quietMs)?.waitsFor ?? null;

test.each<[LoopStanding["word"], string]>([
  ["needs you", "person"],
  ["escalated", "person"],
  ["waiting for checks", "checks"],
  ["merged", "nobody"],
  ["rejected", "nobody"],
  ["abandoned", "nobody"],
  ["cancelled", "nobody"],
])("a loop that is %s ends the run at once", (word, waitsFor) => {
  expect(ended(word)).toBe(waitsFor);
});

test("while the server works the run waits, for the next job may be its own", () => {
  expect(ended("running", null, 0)).toBeNull();
  expect(ended("running", null, 10 * 60_000)).toBeNull();
  expect(ended("running", null, 20 * 60_000)).toBe("time");
});

test("a job of another kind is for another machine, whether it is open or held", () => {
  const kinds: JobKind[] = ["survey", "develop", "verify"];
  expect(ended("waiting for a runner", job("publish"), 0, kinds)).toBe("machine");
  expect(ended("running", job("publish", "r-1"), 0, kinds)).toBe("machine");
  expect(ended("waiting for a runner", job("develop"), 0, kinds)).toBeNull();
});

test("a job that a runner held who was killed is waited for until its lease has run out", () => {
  expect(ended("running", job("develop", "r-dead"), 60_000)).toBeNull();
  expect(ended("running", job("develop", "r-alive"), 90_000)).toBe("machine");
  expect(ended("waiting for a runner", job("develop"), 60_000)).toBe("machine");
});

test("a time that is near is waited for, a later one ends the run", () => {
  for (const word of ["waiting for time", "waiting for a slot"] as const) {
    expect(ended(word, null, 30_000)).toBeNull();
    expect(ended(word, null, 60_000)).toBe("time");
  }
});

test("no state of a loop keeps a machine for ever", () => {
  for (const word of loopWords)
    for (const open of [null, job("develop"), job("develop", "r-1")])
      expect([word, ended(word, open, 60 * 60_000)]).toEqual([word, expect.any(String)]);
});
