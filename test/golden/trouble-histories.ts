import type { Verdict } from "@tamma/core/domain/loop/evidence.ts";
import type { Loop } from "@tamma/core/domain/loop/state.ts";
import {
  failing,
  patch,
  person,
  sha,
  treeOf,
  verifyResult,
} from "@tamma/core/domain/loop/testing/samples.ts";
import { addressRoundsMax, modelPostponesMax } from "@tamma/core/domain/policy/limits.ts";
import type { LoopHistories } from "./history.ts";
import type { Told } from "./teller.ts";
import { cancel, decide, leaseAnd, resolve } from "./telling.ts";

/** Loops that met runners, providers, platforms and findings that were not as they should be. */
export const troubleHistories: LoopHistories = {
  "budget-spent": {
    says: "the next turn would cost more than is left; a person grants as much again",
    settings: { budgetMicroUsdMax: 30_000, onEscalation: "release" },
    tell: (told) => {
      told.pays(12_000).untilDoing("implement", "leased").reserve(20_000);
      resolve(told, "retry", "keep it short");
      told.untilDoing("push", "leased");
      cancel(told);
    },
  },
  "turn-without-an-end": {
    says: "one turn is cut off, one is never settled and counts in full, one fails",
    tell: (told) => {
      told.untilDoing("plan", "model");
      settle(told, "cut");
      told.reserve(4_000);
      told.fire("turn-deadline");
      settle(told, "failed");
      cancel(told);
    },
  },
  "protected-path": {
    says: "the change touches a protected path and weakens a test; a person wants it otherwise",
    settings: { protectedPaths: ["ci/**"] },
    tell: (told) => {
      touches(told, "ci/deploy.sh");
      told.untilDoing("push", "checkpoint");
      decide(told, "approve");
      told.untilDoing("push", "leased");
      cancel(told, "seen enough");
    },
  },
  "weakened-test-refused": {
    says: "a test is skipped; a person says no, and the work begins again",
    tell: (told) => {
      told.say({ trouble: ["weakened"] }, "weakened");
      decide(told, "reject", { text: "the test was right" });
      told.untilDoing("implement", "leased");
      cancel(told);
    },
  },
  "secret-found": {
    says: "the scan finds a secret: no retry, a person at once",
    tell: (told) => {
      scanned(told, { scanner: "secrets", severity: "high", detail: "a private key" });
      resolve(told, "abandon", "the key is revoked");
    },
  },
  "critical-vulnerability": {
    says: "the scan finds a critical vulnerability: no retry, a person at once",
    tell: (told) => {
      scanned(told, { scanner: "npm audit", severity: "critical", detail: "remote code execution in left" });
      resolve(told, "abandon", "we wait for the fix");
    },
  },
  "runner-lost": {
    says: "a runner vanishes three times, one gives the job back, then none comes at all",
    tell: (told) => {
      for (let n = 0; n < 3; n += 1) told.untilDoing("plan", "leased").fire("lease");
      told.untilDoing("plan", "leased").say({ trouble: ["runner-stops"] }, "stopped");
      told.fire("runner-deadline");
      resolve(told, "abandon");
    },
  },
  "provider-down": {
    says: "the provider is down, wants a wait, refuses the key, refuses the task; the work goes on",
    tell: (told) => {
      told.say({ trouble: ["provider"] }, "provider transient", "provider transient", "provider auth");
      told.say({}, "clear").untilDoing("implement", "job");
      told.say({ trouble: ["provider"] }, "provider transient", "provider auth");
      told.say({}, "clear").say({ trouble: ["provider"] }, "provider refusal");
      cancel(told);
    },
  },
  "provider-never-answers": {
    says: "after many tries the provider is a person's problem",
    tell: (told) => {
      told.untilDoing("plan", "model");
      for (let n = 0; n <= modelPostponesMax; n += 1)
        told.say({ trouble: ["provider"] }, "provider transient");
      resolve(told, "abandon");
    },
  },
  questions: {
    says: "the model asks before it plans, and once more while it works",
    tell: (told) => {
      const asks = { trouble: ["questions"] as const };
      told.say(asks, "questions").say({}, "answer").say(asks, "asks").say({}, "answer");
      told.untilDoing("implement", "leased");
      cancel(told);
    },
  },
  "checks-that-never-report": {
    says: "the platform's checks stay silent; asked again they are green",
    settings: { checks: "platform" },
    tell: (told) => {
      told.untilDoing("ci", "checks").fire("checks-deadline");
      resolve(told, "retry");
      told.untilDoing("review", "model");
      cancel(told, "seen enough");
    },
  },
  "checks-that-nobody-starts": {
    says: "no check begins, people are told, the loop asks again and again, and they come in the end",
    settings: { checks: "platform", merges: "platform" },
    tell: (told) => {
      told.untilDoing("ci", "checks").fire("checks-again").fire("checks-again").fire("checks-again");
      told.fire("checks-silent").fire("checks-again").untilDoing("review", "model");
      cancel(told, "seen enough");
    },
  },
  "paused-and-taken": {
    says: "a person pauses the loop, lets it go on, and takes it in the end",
    tell: (told) => {
      told.untilDoing("implement", "leased").send({ type: "PauseLoop", by: person("ann") });
      told.say({}, "clear").untilDoing("review", "model");
      told.send({ type: "EscalateLoop", by: person("ann"), reason: "I know this code" });
      cancel(told, "done by hand");
    },
  },
  "no-run-does-the-job": {
    says: "no run of the CI does a job; a person puts it right, and the same attempt goes on",
    tell: (told) => {
      told.untilDoing("implement", "leased").say({ trouble: ["runner-stops"] }, "stopped");
      told
        .say({ trouble: ["no-run"] }, "no run")
        .say({}, "clear")
        .untilDoing("review", "model");
      cancel(told, "seen enough");
    },
  },
  "comments-without-an-end": {
    says: "a comment gets no answer in all rounds, so a person has to look",
    tell: (told) => {
      told.untilDoing("complete", "checkpoint");
      decide(told, "change", { text: "not like this" });
      for (let n = 1; n <= addressRoundsMax; n += 1) saysNothing(told);
      resolve(told, "abandon");
    },
  },
  "platform-says-no": {
    says: "a comment and the mark of readiness are skipped; a claim that fails stops the loop",
    tell: (told) => {
      const reason = "the platform said no";
      told.say({ trouble: ["effects"] }, "effect failed");
      resolve(told, "retry");
      const skipped = { type: "ReportEffectFailed", key: "sticky:x", mainLine: false } as const;
      told.send({ ...skipped, effect: "sticky-comment", reason });
      told.until(calling("mark-ready")).say({ trouble: ["effects"] }, "effect failed");
      told.untilDoing("ci", "leased");
      cancel(told);
    },
  },
  "approval-stale-after-a-rebase": {
    says: "the rebase changes the patch, so the approval of the old head no longer counts",
    tell: (told) => {
      told.say({ trouble: ["base"] }, "base moved");
      const rebased = { ...patch(treeOf(9)), base: sha("c") };
      leaseAnd(told, "merge", {
        kind: "rebase",
        result: { outcome: "done", patch: rebased, unchanged: false },
      });
      cancel(told.untilDoing("complete", "checkpoint"), "seen enough");
    },
  },
  "rebase-with-a-conflict": {
    says: "the default branch changed the same lines, again and again",
    tell: (told) => {
      told.say({ trouble: ["base"] }, "base moved");
      told.say({ failing: ["merge"] }, "conflict").say({ trouble: ["base"] }, "base moved");
      told.say({ failing: ["merge"] }, "conflict");
      resolve(told, "abandon", "done by hand");
    },
  },
};

const calling = (call: string) => (loop: Loop) =>
  loop.state === "active" && loop.doing.kind === "call" && loop.doing.call === call;

function settle(told: Told, outcome: "cut" | "failed"): void {
  const turn = told.reserve(2_000);
  const tokens = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, latencyMs: 900 };
  const cost = outcome === "cut" ? 2_000 : 0;
  told.send({
    ...{ type: "SettleTurn", turn, outcome, cost, estimated: outcome === "cut", ...tokens },
    ...{ answer: null, detail: `the stream ${outcome}` },
  });
}

/** A round of answers in which the agent neither changes nor says anything. */
function saysNothing(told: Told): void {
  const { patch, pushed } = told.facts;
  if (!patch || !pushed) throw new Error("comments are answered after a push");
  const nothing = { summary: "", rejections: [], testFiles: [], replies: [] };
  leaseAnd(told, "address", {
    kind: "develop",
    result: { outcome: "done", patch: { ...patch, tree: pushed.tree }, ...nothing },
  });
}

/** The agent's work changes this path. */
function touches(told: Told, path: string): void {
  leaseAnd(told, "implement", {
    kind: "develop",
    result: {
      ...{ outcome: "done", summary: "did it", rejections: [], testFiles: [], replies: [] },
      patch: patch(treeOf(1), path),
    },
  });
}

/** The clean checkout is green up to the scan, which finds this. */
function scanned(
  told: Told,
  found: { scanner: string; severity: "critical" | "high"; detail: string },
): void {
  const verdict: Verdict = failing("scan", found.scanner);
  told.until(
    (loop) => loop.state === "active" && loop.doing.kind === "job" && loop.doing.job.kind === "verify",
  );
  const tree = told.facts.patch?.tree ?? sha("9");
  const done = verifyResult(tree, { gate: "scan", fingerprint: found.scanner });
  if (done.outcome !== "done") throw new Error("the sample is a result that is done");
  told.send({ type: "LeaseJob", job: told.job.id, runner: "laptop" });
  const { id: job, fence } = told.job;
  const scan = [{ ...found, path: "src/round.ts", line: 3 }];
  const verdicts = [...done.verdicts.slice(0, -1), verdict];
  told.send({
    ...{ type: "ReportJobResult", job, fence },
    result: { kind: "verify", result: { ...done, verdicts, scan } },
  });
}
