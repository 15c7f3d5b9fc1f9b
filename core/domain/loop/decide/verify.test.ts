import { describe, expect, test } from "vitest";
import type { Weakening } from "../evidence.ts";
import type { JobResult } from "../jobs.ts";
import { checkpointOf, decision, factsOf, jobOf, leased, result } from "../testing/commands.ts";
import { failing, passing, patch, person, sha, verifyResult } from "../testing/samples.ts";
import { drive, given, send, started } from "../testing/scenario.ts";

const verifying = () => leased("verify");
const treeOf = (loop = verifying()) => factsOf(loop).patch?.tree ?? "";
const weak: Weakening = { path: "test/a.test.ts", what: "a test is skipped" };
type More = Parameters<typeof verifyResult>[2];
const verdicts = (
  loop: ReturnType<typeof verifying>,
  fail: Parameters<typeof verifyResult>[1],
  more: More = {},
) => result(loop, { kind: "verify", result: verifyResult(treeOf(loop), fail, more) });

test("four green gates in order lead to the push", () => {
  const loop = verifying();
  given(loop)
    .when(verdicts(loop, null))
    .then(
      ...(["JobFinished", "ChangeMeasured", "GatePassed", "StepEntered", "GatePassed"] as const),
      ...(["StepEntered", "GatePassed", "StepEntered", "GatePassed", "JobQueued"] as const),
    );
});

test.each([
  ["implement", 0],
  ["build", 1],
  ["test", 2],
  ["scan", 3],
] as const)("a failed %s ends the list and goes back to work with its evidence", (gate, passed) => {
  const loop = verifying();
  const { loop: after, events } = send(loop, verdicts(loop, { gate, fingerprint: "x" }));
  const types = events.map((event) => event.type);
  expect(types.filter((type) => type === "GatePassed")).toHaveLength(passed);
  expect(types.filter((type) => type === "GateFailed" || type === "RetryScheduled")).toHaveLength(2);
  expect(factsOf(after).failure).toMatchObject({ gate, evidence: { fingerprint: "x" } });
  expect(jobOf(after)).toMatchObject({ kind: "develop", purpose: "fix" });
});

test("a verdict without evidence still says which gate failed", () => {
  const loop = verifying();
  const bare = { ...failing("build", "x"), evidence: null };
  const { loop: after } = send(
    loop,
    verdicts(loop, null, { verdicts: [passing("implement", treeOf(loop)), bare] }),
  );
  expect(factsOf(after).failure?.evidence).toMatchObject({ summary: "build failed", fingerprint: "build" });
});

test("a patch that arrives at another tree than claimed is not believed", () => {
  const loop = verifying();
  const other = result(loop, { kind: "verify", result: verifyResult(sha("5")) });
  const { loop: after } = given(loop)
    .when(other)
    .then("JobFinished", "GateFailed", "RetryScheduled", "AttemptStarted", "JobQueued");
  expect(factsOf(after).failure?.evidence.fingerprint).toBe("tree-mismatch");
});

test("a runner that leaves a gate out does not get past it", () => {
  const loop = verifying();
  const short = [passing("implement", treeOf(loop)), passing("build", treeOf(loop))];
  const { loop: after } = send(loop, verdicts(loop, null, { verdicts: short }));
  expect(factsOf(after).failure).toMatchObject({
    gate: "test",
    evidence: { fingerprint: "verdict-missing" },
  });
});

test("receipts that do not carry the verdicts count as nothing, whatever the runner says", () => {
  const loop = verifying();
  const elsewhere = passing("build", sha("5"));
  const all = [passing("implement", treeOf(loop)), elsewhere, passing("test", treeOf(loop))];
  const { loop: after, events } = send(loop, verdicts(loop, null, { verdicts: all }));
  expect(events.map((event) => event.type)).not.toContain("GatePassed");
  expect(factsOf(after).failure).toMatchObject({
    gate: "implement",
    evidence: { fingerprint: "receipts-disagree", summary: expect.stringContaining("the build receipt") },
  });
});

test("a check of the pushed commit must be of its tree, and must hold a verdict of ci", () => {
  const loop = leased("verify", started(), "ci");
  const tree = factsOf(loop).pushed?.tree ?? "";
  const reports = (of: string, list: NonNullable<More>["verdicts"]) =>
    send(loop, result(loop, { kind: "verify", result: verifyResult(of, null, { verdicts: list }) })).loop;
  const other = factsOf(reports(sha("5"), [passing("ci", tree)])).failure;
  expect(other).toMatchObject({ gate: "ci", evidence: { fingerprint: "receipts-disagree" } });
  expect(other?.evidence.summary).toContain("was pushed");
  expect(factsOf(reports(tree, [])).failure?.evidence.summary).toContain("no verdict of ci");
});

test("an excerpt is kept short", () => {
  const loop = verifying();
  const long = { ...failing("build", "x") };
  const evidence = { summary: "s", fingerprint: "x", excerpt: "é".repeat(9_000), log: null };
  const all = [passing("implement", treeOf(loop)), { ...long, evidence }];
  const { loop: after } = send(loop, verdicts(loop, null, { verdicts: all }));
  expect(factsOf(after).failure?.evidence.excerpt).toHaveLength(4_000);
});

describe("what is never retried by itself", () => {
  const finding = { path: ".env", line: 1, detail: "an AWS key" };

  test.each([
    ["a secret", { ...finding, scanner: "secrets", severity: "high" as const }],
    ["a critical vulnerability", { ...finding, scanner: "osv", severity: "critical" as const }],
  ])("%s in the scan escalates at once", (_, scan) => {
    const loop = verifying();
    const { loop: after } = given(loop)
      .when(verdicts(loop, { gate: "scan", fingerprint: "leak" }, { scan: [scan] }))
      .then(
        ...(["JobFinished", "ChangeMeasured", "GatePassed", "StepEntered", "GatePassed"] as const),
        ...(["StepEntered", "GatePassed", "StepEntered", "GateFailed", "Escalated"] as const),
      );
    expect(after).toMatchObject({ state: "escalated", step: "push", card: { gate: "scan" } });
    expect(factsOf(after).pushed).toBeNull();
  });

  test("a lesser finding is mended like any failure", () => {
    const loop = verifying();
    const scan = [{ ...finding, scanner: "osv", severity: "low" as const }];
    const { loop: after } = send(loop, verdicts(loop, { gate: "scan", fingerprint: "old" }, { scan }));
    expect(after).toMatchObject({ state: "active", step: "implement" });
  });
});

describe("weakened tests", () => {
  const weakened = (more: More = {}) => {
    const loop = verifying();
    return send(loop, verdicts(loop, null, { weakened: [weak], ...more })).loop;
  };

  test("a person has to look before anything is pushed", () => {
    const loop = weakened();
    expect(checkpointOf(loop)).toMatchObject({ kind: "tests", reserved: ["weakened-tests"] });
    expect(factsOf(loop).pushed).toBeNull();
    given(loop).when(decision(loop)).then("ApprovalGiven", "CheckpointPassed", "JobQueued");
  });

  test("no approval ahead of time covers it, not even --yes", () => {
    const loop = weakened();
    const refusal = given(loop)
      .when(decision(loop, { via: "--yes" }))
      .thenRefused("not-yours-to-decide");
    expect(refusal.message).toContain("weakened-tests");
    expect(refusal.todo).toContain("tamma inbox");
    given(loop)
      .when(decision(loop, { via: "pre-approved" }))
      .thenRefused("not-yours-to-decide");
  });

  test("autopilot asks too", () => {
    const autopilot = leased(
      "verify",
      started({ level: "dev/autopilot", preApproved: ["design", "complete"] }),
    );
    const loop = send(autopilot, verdicts(autopilot, null, { weakened: [weak] })).loop;
    expect(checkpointOf(loop).kind).toBe("tests");
  });

  test("guardian does not take the requester's word for it", () => {
    const guarded = leased("verify", started({ level: "business/guardian" }));
    const loop = send(guarded, verdicts(guarded, null, { weakened: [weak] })).loop;
    given(loop)
      .when(decision(loop, { by: person("mia") }))
      .thenRefused("not-yours-to-decide");
  });

  test("a no or a wish goes back to work with the words", () => {
    const loop = weakened();
    const no = decision(loop, { decision: "reject", text: "keep the test" });
    given(loop)
      .when(no)
      .then(
        ...(["CheckpointRejected", "ContextAdded", "WorkReopened", "StepEntered"] as const),
        ...(["AttemptStarted", "JobQueued"] as const),
      );
    const { loop: after } = given(loop)
      .when(decision(loop, { decision: "change", text: "keep the test" }))
      .then("ChangeRequested", "WorkReopened", "StepEntered", "AttemptStarted", "JobQueued");
    expect(factsOf(after).failure?.evidence.excerpt).toBe("keep the test");
  });

  test("a yes to one tree says nothing about the next one", () => {
    const passed = send(weakened(), decision(weakened())).loop;
    const complete = drive(
      passed,
      (one) =>
        one.state === "active" && one.doing.kind === "checkpoint" && one.doing.checkpoint.kind === "complete",
    );
    const back = send(complete, decision(complete, { decision: "reject", text: "more" })).loop;
    const again = leased("verify", back);
    const loop = send(again, verdicts(again, null, { weakened: [weak] })).loop;
    expect(checkpointOf(loop)).toMatchObject({ kind: "tests", subject: treeOf(again) });
  });

  test("completion shows the risk and takes no --yes", () => {
    const passed = send(weakened(), decision(weakened())).loop;
    const complete = drive(passed, (one) => one.state === "active" && one.step === "complete");
    expect(checkpointOf(complete).reserved).toEqual(["weakened-tests"]);
    given(complete)
      .when(decision(complete, { via: "--yes" }))
      .thenRefused("not-yours-to-decide");
  });

  test("work that no longer weakens anything asks nobody", () => {
    const loop = weakened();
    const back = send(loop, decision(loop, { decision: "reject", text: "keep it" })).loop;
    const again = leased("verify", back);
    expect(jobOf(send(again, verdicts(again, null)).loop).kind).toBe("publish");
  });
});

describe("protected paths", () => {
  const touching = (path: string, protectedPaths: string[] = []) => {
    const developing = leased("develop", started({ protectedPaths }));
    const base = factsOf(developing).base ?? "";
    const work = {
      patch: patch(sha("9"), path, base),
      summary: "",
      rejections: [],
      testFiles: [],
      replies: [],
    };
    const report: JobResult = { kind: "develop", result: { outcome: "done", ...work } };
    const loop = leased("verify", send(developing, result(developing, report)).loop);
    return send(loop, verdicts(loop, null)).loop;
  };

  test("a change of CI needs a person", () => {
    const loop = touching(".github/workflows/ci.yml");
    expect(checkpointOf(loop)).toMatchObject({
      kind: "tests",
      reserved: ["protected-path", "weakened-tests"],
    });
    expect(checkpointOf(loop).question).toContain("protected path is modified");
  });

  test("the repository's own globs count", () => {
    expect(checkpointOf(touching("billing/rates.ts", ["billing/**"])).kind).toBe("tests");
    expect(jobOf(touching("src/rates.ts", ["billing/**"])).kind).toBe("publish");
  });
});
