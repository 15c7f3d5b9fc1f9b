import { describe, expect, test } from "vitest";
import { atCheckpoint, checkpointOf, decision, factsOf, leased } from "../testing/commands.ts";
import { person } from "../testing/samples.ts";
import { drive, given, loopAt, send } from "../testing/scenario.ts";

const design = () => atCheckpoint("design");

describe("two persons", () => {
  const level = "business/guardian";

  test("completion needs two persons, neither of them the requester", () => {
    const loop = atCheckpoint("complete", { level });
    given(loop)
      .when(decision(loop, { by: person("mia") }))
      .thenRefused("not-yours-to-decide");
    const first = given(loop).when(decision(loop)).then("ApprovalGiven");
    given(first.loop)
      .when(decision(first.loop, { by: person("bob") }))
      .then("ApprovalGiven", "CheckpointPassed", "StepEntered", "AttemptStarted", "CallRequested");
  });

  test("the same person again counts nothing and is no error", () => {
    const loop = atCheckpoint("complete", { level });
    const first = given(loop).when(decision(loop)).then("ApprovalGiven");
    given(first.loop).when(decision(first.loop)).then();
  });

  test("after the first yes the second person can still say no", () => {
    const loop = atCheckpoint("complete", { level });
    const first = send(loop, decision(loop)).loop;
    const no = decision(first, { by: person("bob"), decision: "reject", text: "no" });
    const after = send(first, no).loop;
    expect(after).toMatchObject({ state: "active", step: "implement" });
  });
});

describe("a closed checkpoint", () => {
  test("answers `already` to the one who decided so, with no event", () => {
    const loop = design();
    const yes = decision(loop, { option: "2" });
    const after = send(loop, yes).loop;
    given(after).when(yes).then();
    given(after)
      .when({ ...yes, option: null })
      .then();
  });

  test("tells everybody else who decided, and when", () => {
    const loop = design();
    const after = send(loop, decision(loop)).loop;
    const other = decision(loop, { by: person("bob") });
    const refusal = given(after).when(other).thenRefused("already-decided");
    expect(refusal.kind).toBe("conflict");
    expect(refusal.message).toMatch(/ann approved it on .*1970/);
    const reversal = decision(loop, { decision: "reject", text: "no" });
    given(after).when(reversal).thenRefused("already-decided");
    given(after)
      .when(decision(loop, { option: "2" }))
      .thenRefused("already-decided");
  });

  test("keeps who said no, or who wanted a change", () => {
    const complete = atCheckpoint("complete");
    const no = decision(complete, { decision: "reject", text: "no" });
    const after = send(complete, no).loop;
    given(after).when(no).then();
    const late = decision(complete, { by: person("bob") });
    expect(given(after).when(late).thenRefused("already-decided").message).toContain("ann rejected it");
    const wished = send(complete, decision(complete, { decision: "change", text: "x" })).loop;
    expect(given(wished).when(late).thenRefused("already-decided").message).toContain("asked for a change");
  });

  test("keeps its answer after the loop has ended", () => {
    const loop = atCheckpoint("complete");
    const yes = decision(loop);
    const end = drive(send(loop, yes).loop, (one) => one.state === "ended");
    given(end).when(yes).then();
    given(end)
      .when({ ...yes, by: person("bob") })
      .thenRefused("already-decided");
    given(end)
      .when({ ...yes, checkpoint: "never" })
      .thenRefused("loop-ended");
  });

  test("that never was is not open", () => {
    const loop = design();
    const refusal = given(loop)
      .when(decision(loop, { checkpoint: "local/calc/7#1~c99" }))
      .thenRefused("already-decided");
    expect(refusal.message).not.toContain("approved");
    given(loopAt("implement"))
      .when(decision(loop, { checkpoint: "local/calc/7#1~c99" }))
      .thenRefused("already-decided");
  });
});

describe("pre-approval", () => {
  const level = "dev/autopilot";
  const preApproved = ["design" as const, "complete" as const];

  test("autopilot takes the requester's decision of before, and says so", () => {
    const end = drive(leased("survey"), (one) => one.state === "ended");
    expect(factsOf(end).approvals.map((one) => one.via)).toEqual(["cli", "cli"]);
    const ahead = drive(loopAt("assign", { level, preApproved }), (one) => one.state === "ended");
    const { approvals } = factsOf(ahead);
    expect(approvals.map((one) => [one.kind, one.via, one.by.id])).toEqual([
      ["design", "pre-approved", "mia"],
      ["complete", "pre-approved", "mia"],
    ]);
  });

  test("every other level asks all the same", () => {
    for (const other of ["dev/consultant", "business/advisor", "business/guardian"] as const) {
      expect(checkpointOf(atCheckpoint("design", { level: other, preApproved })).approvals).toEqual([]);
      expect(checkpointOf(atCheckpoint("complete", { level: other, preApproved })).approvals).toEqual([]);
    }
  });

  test("autopilot asks where nothing was approved ahead", () => {
    expect(checkpointOf(atCheckpoint("design", { level })).kind).toBe("design");
  });
});
