import type { LoopStanding } from "@tamma/core/protocol/runner.ts";
import { expect, test } from "vitest";
import { renderSummary } from "./summary.ts";

const url = "https://tamma.example.test/app/loops/1";
const standing = (change: Partial<LoopStanding> = {}): LoopStanding => ({
  ...{ loop: "work/42/7#1", word: "running", url, ask: null, job: null, reason: null },
  issue: { number: 7, title: "Round half up", url: "https://git.example.test/mia/calc/issues/7" },
  steps: [
    { title: "assign", state: "done" },
    { title: "plan", state: "running" },
  ],
  ...change,
});

test("what was done, how the loop stands and where to look, in a few lines", () => {
  const jobs = [
    { kind: "survey", outcome: "done", ms: 1_400 },
    { kind: "develop", outcome: "void: the | lease\nis over", ms: 125_000 },
  ];
  expect(
    renderSummary("another machine is at the loop's job", jobs, standing()),
  ).toBe(`### Tamma: 7 Round half up

**running** · 1 of 2 steps done · [open the loop](${url})

another machine is at the loop's job.

| job | outcome | time |
|---|---|---|
| survey | done | 1 s |
| develop | void: the \\| lease is over | 2 min 5 s |
`);
});

test("a question is quoted, does nothing, and is followed by where to answer", () => {
  const ask = { title: "Merge @everyone's <b>#12</b>?", lines: ["[yes](javascript:x)"] };
  const text = renderSummary("the loop waits for a person", [], standing({ word: "needs you", ask }));
  expect(text).toContain(`[Answer here](${url})`);
  expect(text).not.toMatch(/@everyone|<b>|#12|\[yes\]\(/);
});

test("a run that was not let in has a summary too", () => {
  expect(renderSummary("it was refused", [], null)).toBe("### Tamma\n\nit was refused.\n");
});
