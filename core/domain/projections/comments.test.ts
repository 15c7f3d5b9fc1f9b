import { expect, test } from "vitest";
import type { Active, Ended, EscalatedLoop, Loop } from "../loop/state.ts";
import { askingPlan } from "../loop/testing/samples.ts";
import { drive, loopAt, loopDoing, send, started } from "../loop/testing/scenario.ts";
import { endedComment, noticeComment, stateLine, stickyComment } from "./comments.ts";

type Started = Active | EscalatedLoop | Ended;
// Copies, because some tests put hostile words into them.
const known = (loop: Loop) => structuredClone(loop) as Started;
const live = (loop: Loop) => structuredClone(loop) as Active | EscalatedLoop;
const url = "http://tamma.test/app/loops/1";

test("the sticky comment says the state in one line, what is done and what comes", () => {
  const text = stickyComment(known(loopDoing("design", "checkpoint")), url);
  expect(text).toContain("needs you: Which design shall be built?");
  expect(text).toContain("step 3/14");
  expect(text).toContain("| Assign, Plan | **Design** | Open, Implement,");
  expect(text).toContain("1. write a failing test");
  expect(text).toContain(`[Open in Tamma](${url})`);
});

test("the state line shows the money and, once something failed, the attempt", () => {
  expect(stateLine(known(loopAt("plan")))).toMatch(/\$0\.00 of \$1\.00$/);
  const loop = known(loopAt("ci"));
  loop.facts.attempts.build.failed = 1;
  expect(stateLine(loop)).toContain("attempt 2 of 4");
});

test("a design checkpoint lists the options, the recommended one marked", () => {
  const text = noticeComment(live(loopDoing("design", "checkpoint")), url) ?? "";
  expect(text).toMatch(/\*\*1\. .*\*\* \(recommended\)/);
  expect(text).toContain("Bound to");
});

test("questions, escalations and obstacles say what a person has to do", () => {
  const asking = send(loopDoing("plan", "model"), { type: "ReportPlan", n: 1, plan: askingPlan }).loop;
  expect(noticeComment(live(asking), url)).toContain("**q1.** Up or even?");
  const key = "call:claim:1";
  const failed = { type: "ReportEffectFailed", key, mainLine: true, effect: "claim", reason: "no" } as const;
  const escalated = noticeComment(live(send(started(), failed).loop), url);
  expect(escalated).toContain("**Escalated: claim could not be done**");
  expect(escalated).toContain("Choices: retry");
  const what = { kind: "auth", detail: "no key", retryAt: null } as const;
  const noKey = { type: "ReportModelFailure", task: "plan", n: 1, ...what } as const;
  const obstacle = noticeComment(live(send(loopDoing("plan", "model"), noKey).loop), url);
  expect(obstacle).toContain("something is in the way");
});

test("nobody is told to act when nobody must", () => {
  expect(noticeComment(live(loopAt("implement")), url)).toBeNull();
});

test("the last comment says how the loop ended", () => {
  const merged = drive(started(), (loop) => loop.state === "ended") as Ended;
  expect(endedComment(merged, url)).toContain("**Merged** into `main`. It cost $0.");
  const stopped = { ...merged, outcome: "cancelled", reason: "by `mia`" } as const;
  expect(endedComment(stopped, url)).toContain("**Cancelled**: by \\`mia\\`.");
});

test("words of others cannot form markup, mention anybody or break out of their place", () => {
  const loop = known(loopDoing("design", "checkpoint")) as Active;
  const { plan } = loop.facts;
  if (plan) plan.summary = "x</summary><b>| y @everyone [a](javascript:b)\n# big";
  const text = stickyComment(loop, url);
  // Inside the folded part's title, which is HTML.
  expect(text).toContain("x&lt;/summary&gt;&lt;b&gt;| y @\u200beveryone");
  if (plan) plan.steps = ["x `@here` <i>| [a](javascript:b)\n# big"];
  expect(stickyComment(loop, url)).toContain(
    "1. x \\`@\u200bhere\\` \\<i\\>\\| \\[a\\](`javascript:b)` # big",
  );
});

test("a comment never grows beyond what the strictest platform takes", () => {
  const loop = known(loopDoing("design", "checkpoint")) as Active;
  const option = loop.facts.design?.options[0];
  if (option) option.approach = "long ".repeat(5_000);
  const text = noticeComment(loop, url) ?? "";
  expect(text.length).toBeLessThanOrEqual(4_000);
  expect(text.endsWith(`[Open in Tamma](${url})`)).toBe(true);
});
