import { describe, expect, test } from "vitest";
import { initialLoop } from "../loop/evolve.ts";
import type { Loop } from "../loop/state.ts";
import { atCheckpoint, factsOf, leased, resolve, say } from "../loop/testing/commands.ts";
import { calmRecord } from "../loop/testing/envelopes.ts";
import { drive, loopDoing, send, started } from "../loop/testing/scenario.ts";
import { loopWords } from "../loop/view.ts";
import { loopView } from "./loop-view.ts";
import { loopWord } from "./loop-word.ts";
import { summary } from "./summary.ts";

const asking = () => say(started(), { failing: [], trouble: ["questions"] }, "questions");
const buildFails = { failing: ["build"], trouble: [] } as const;
const escalated = () =>
  say(say(started({ onEscalation: "release" }), buildFails, "build old"), buildFails, "build old");
const dirty = () => say(leased("merge"), { failing: [], trouble: ["dirty"] }, "dirty");
const provider = { failing: [], trouble: ["provider"] } as const;
const ended = () => drive(started(), (loop) => loop.state === "ended");
const end = (outcome: "rejected" | "abandoned" | "cancelled"): Loop => {
  const loop = ended();
  if (loop.state !== "ended") throw new Error("not ended");
  return { ...loop, outcome, reason: "because" };
};

const words: [string, () => Loop, string][] = [
  ["a loop that has not started", () => initialLoop, "waiting for a slot"],
  ["a call to the platform", started, "running"],
  ["an open job", () => loopDoing("plan", "job"), "waiting for a runner"],
  ["a leased job", () => leased("survey"), "running"],
  ["a model", () => loopDoing("plan", "model"), "running"],
  ["questions", asking, "needs you"],
  ["a checkpoint", () => atCheckpoint("design"), "needs you"],
  ["an obstacle", dirty, "needs you"],
  ["checks", () => loopDoing("ci", "checks", { checks: "platform" }), "waiting for checks"],
  ["the merge turn", () => loopDoing("merge", "call"), "waiting for a slot"],
  ["a slot", () => send(escalated(), resolve(escalated(), "retry")).loop, "waiting for a slot"],
  ["a provider's limit", () => say(started(), provider, "provider transient"), "waiting for time"],
  [
    "a provider's limit in a job",
    () => say(leased("develop"), provider, "provider transient"),
    "waiting for time",
  ],
  ["an escalation", escalated, "escalated"],
  ["a merge", ended, "merged"],
  ["a rejection", () => end("rejected"), "rejected"],
  ["giving up", () => end("abandoned"), "abandoned"],
  ["a cancellation", () => end("cancelled"), "cancelled"],
];

test.each(words)("%s has its own word", (_, loop, word) => {
  expect(loopWord(loop())).toBe(word);
});

test("every word that surfaces know is used", () => {
  expect(new Set(words.map(([, , word]) => word))).toEqual(new Set(loopWords));
});

test("in the middle of a batch it runs", () => {
  const loop = leased("survey");
  if (loop.state !== "active") throw new Error("not active");
  expect(loopWord({ ...loop, doing: { kind: "deciding" } })).toBe("running");
});

describe("the view", () => {
  test("of a loop that has not started is none", () => {
    expect(loopView(initialLoop, [])).toBeNull();
  });

  test("of a merged loop has the merge's commit and the times", () => {
    const { envelopes, loop } = calmRecord();
    expect(loopView(loop, envelopes)).toMatchObject({
      ...{ id: "local/calc/7#1", word: "merged", step: "next", ask: null, job: null, reason: null },
      ...{ mergeSha: "a".repeat(40), startedAt: 1_000, endedAt: factsOf(loop).now, seq: envelopes.length },
      ...{ repository: { id: "calc", name: "calc" }, issue: { number: 7 }, requester: "mia" },
      ...{ level: "dev/consultant", option: "1", attempts: { build: 0, merge: 0 }, risk: [] },
    });
  });

  test("of a working loop names the job and its runner", () => {
    const view = loopView(leased("develop"), []);
    expect(view).toMatchObject({
      ...{ word: "running", mergeSha: null, reason: null, endedAt: null, ask: null },
      job: { kind: "develop", purpose: "work", runner: "laptop" },
    });
  });

  const checkpoints = [
    ["assign", { confirmAssign: true }, "surveyed"],
    ["plan", { level: "business/advisor" as const }, "design options"],
    ["design", {}, "draft pull request"],
    ["open", { level: "business/advisor" as const }, "draft pull request"],
    ["complete", {}, "is merged into main (merge)"],
  ] as const;
  test.each(checkpoints)("at %s says what a yes sets in motion", (kind, changes, next) => {
    const view = loopView(atCheckpoint(kind, changes), []);
    expect(view?.ask).toMatchObject({ kind: "checkpoint", checkpoint: { kind } });
    expect(view?.ask?.kind === "checkpoint" && view.ask.next).toContain(next);
  });

  test("at weakened tests says that a yes pushes", () => {
    const loop = say(started(), { failing: [], trouble: ["weakened"] }, "weakened");
    const ask = loopView(loop, [])?.ask;
    expect(ask?.kind === "checkpoint" && ask.next).toContain("pushed to tamma/7-round-half-up");
    expect(ask?.kind === "checkpoint" && ask.risk).toMatchObject([{ kind: "weakened-tests" }]);
  });

  test("asks the open questions, the obstacle or the escalation, complete enough to be answered", () => {
    expect(loopView(asking(), [])?.ask).toEqual({
      kind: "questions",
      questions: [{ id: "q1", question: "Up or even?", why: "both are usual", suggested: "up" }],
    });
    expect(loopView(dirty(), [])?.ask).toMatchObject({
      kind: "obstacle",
      obstacle: { obstacle: "dirty-tree" },
    });
    expect(loopView(escalated(), [])?.ask).toMatchObject({ kind: "escalation", card: { gate: "build" } });
  });
});

describe("the summary", () => {
  test("is one line of what is asked, or none", () => {
    expect(summary(initialLoop)).toMatchObject({ step: "assign", ask: null, costMicroUsd: 0 });
    expect(summary(leased("develop")).ask).toBeNull();
    expect(summary(ended())).toMatchObject({ word: "merged", ask: null });
    expect(summary(atCheckpoint("design")).ask).toBe("Which design shall be built?");
    expect(summary(asking()).ask).toBe("Up or even?");
    expect(summary(dirty()).ask).toContain("commit or stash them");
    expect(summary(escalated()).ask).toContain("the same failure twice in a row");
  });
});
