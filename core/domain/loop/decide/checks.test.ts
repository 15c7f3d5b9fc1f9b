import { describe, expect, test } from "vitest";
import { noChecksAfterMs } from "../../policy/limits.ts";
import type { JobResult } from "../jobs.ts";
import type { Loop } from "../state.ts";
import { atCheckpoint, factsOf, leased, outcomeOf, resolve, result } from "../testing/commands.ts";
import { failing, passing, sha, verifyResult } from "../testing/samples.ts";
import { drive, given, loopDoing, send, started } from "../testing/scenario.ts";

describe("ci", () => {
  test("checks of a runner decide on the pushed commit", () => {
    const loop = leased("verify", started(), "ci");
    const tree = factsOf(loop).pushed?.tree ?? "";
    const report = (verdict: ReturnType<typeof passing>): JobResult => ({
      kind: "verify",
      result: verifyResult(tree, null, { verdicts: [verdict] }),
    });
    given(loop)
      .when(result(loop, report(passing("ci", tree))))
      .then("JobFinished", "ChecksReported", "GatePassed", "StepEntered", "AttemptStarted", "ModelAsked");
    const red = given(loop)
      .when(result(loop, report({ ...failing("ci", "x"), evidence: null })))
      .then(
        ...(["JobFinished", "ChecksReported", "GateFailed", "RetryScheduled"] as const),
        ...(["AttemptStarted", "StepEntered", "AttemptStarted", "JobQueued"] as const),
      );
    expect(factsOf(red.loop).failure?.evidence.summary).toBe("ci failed");
  });

  const check = (name: string, state: "pending" | "passed" | "failed", required = true) => ({
    ...{ name, state, required, url: null },
  });
  const waiting = (noChecksAreGreen = false) =>
    loopDoing("ci", "checks", { checks: "platform", noChecksAreGreen });
  const reports = (loop: Loop, ...checks: ReturnType<typeof check>[]) => ({
    ...{ type: "ReportChecks" as const, sha: factsOf(loop).head ?? "", checks },
  });

  test("the platform's required checks are waited for until all are green", () => {
    const loop = waiting();
    const half = given(loop)
      .when(reports(loop, check("unit", "passed"), check("e2e", "pending")))
      .then("ChecksReported");
    given(half.loop)
      .when(reports(loop, check("unit", "passed"), check("e2e", "passed"), check("nice", "failed", false)))
      .then("ChecksReported", "GatePassed", "StepEntered", "AttemptStarted", "ModelAsked");
  });

  test("a failed required check goes back to work, named", () => {
    const loop = waiting();
    const { loop: after } = send(loop, reports(loop, check("unit", "failed"), check("e2e", "failed")));
    expect(factsOf(after).failure?.evidence.fingerprint).toBe("ci:e2e|unit");
  });

  test("what a failed check logged is the evidence, and another reason is another failure", () => {
    const loop = waiting();
    const failed = { ...reports(loop, check("unit", "failed")), logs: "unit:\nexpected 3, got 2" };
    const { loop: after } = send(loop, failed);
    expect(factsOf(after).failure?.evidence).toMatchObject({ excerpt: failed.logs, summary: "failed: unit" });
    const waits = (one: Loop) => one.state === "active" && one.doing.kind === "checks";
    const again = (logs: string) => {
      const second = drive(after, waits);
      return send(second, { ...reports(second, check("unit", "failed")), logs }).loop.state;
    };
    // Times and numbers differ from run to run; the words do not.
    expect(again("unit:\nexpected 4, got 9")).toBe("escalated");
    expect(again("unit:\ncannot find module")).toBe("active");
  });

  test("Tamma's own status is no check, whatever it says and whoever requires it", () => {
    const loop = waiting();
    given(loop)
      .when(reports(loop, check("tamma", "failed")))
      .then("ChecksReported");
    const { events } = given(loop)
      .when(reports(loop, check("tamma", "pending"), check("unit", "passed")))
      .then("ChecksReported", "GatePassed", "StepEntered", "AttemptStarted", "ModelAsked");
    expect(events[0]).toMatchObject({ checks: [{ name: "unit" }] });
  });

  test("no check at all is not green, unless the repository says so", () => {
    const loop = waiting();
    given(loop).when(reports(loop)).then("ChecksReported");
    given(loop)
      .when(reports(loop, check("nice", "passed", false)))
      .then("ChecksReported");
    const bare = waiting(true);
    // Right after the push the platform may only not have begun.
    given(bare).when(reports(bare)).then("ChecksReported");
    const later = send(bare, reports(bare), factsOf(bare).now + noChecksAfterMs);
    expect(later.loop).toMatchObject({ step: "review" });
  });

  test("checks of another commit change nothing", () => {
    const loop = waiting();
    given(loop)
      .when({ ...reports(loop, check("unit", "passed")), sha: sha("8") })
      .then();
  });

  test("checks that turn red after completion was asked stop the merge; green again, a retry merges", () => {
    const complete = atCheckpoint("complete", { checks: "platform" });
    const red = send(complete, reports(complete, check("ci", "failed"))).loop;
    const stopped = drive(red, (one) => one.state === "escalated");
    expect(stopped).toMatchObject({ card: { what: "this head may not be merged" } });
    const green = given(stopped)
      .when(reports(stopped, check("ci", "passed")))
      .then("ChecksReported");
    expect(outcomeOf(send(green.loop, resolve(green.loop, "retry")).loop)).toBe("merged");
  });

  test("the pull request leaves draft before checks are asked; if that fails they are asked too", () => {
    const loop = drive(started(), (one) => one.state === "active" && callOf(one) === "mark-ready");
    given(loop)
      .when({ type: "ReportPullRequestReady" })
      .then("PullRequestReady", "StepEntered", "AttemptStarted", "JobQueued");
    const effect = { effect: "mark-ready", reason: "403", mainLine: true } as const;
    const key = `call:mark-ready:${factsOf(loop).calls}`;
    given(loop)
      .when({ type: "ReportEffectFailed", key, ...effect })
      .then("EffectSkipped", "StepEntered", "AttemptStarted", "JobQueued");
  });
});

function callOf(loop: Loop): string | null {
  return loop.state === "active" && loop.doing.kind === "call" ? loop.doing.call : null;
}
