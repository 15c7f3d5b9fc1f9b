import { describe, expect, test } from "vitest";
import { atCheckpoint, checkpointOf, decision, factsOf, leased, toCheckpoint } from "../testing/commands.ts";
import { person } from "../testing/samples.ts";
import { drive, given, loopAt, send } from "../testing/scenario.ts";

const design = () => atCheckpoint("design");

describe("design", () => {
  test("a yes takes the recommended option and opens the branch", () => {
    const loop = design();
    const after = given(loop)
      .when(decision(loop))
      .then(
        ...(["OptionChosen", "ApprovalGiven", "CheckpointPassed", "PolicyDecided", "StepEntered"] as const),
        ...(["AttemptStarted", "JobQueued"] as const),
      );
    expect(factsOf(after.loop).option).toBe("1");
  });

  test("option 2 can be chosen, and is what gets built", () => {
    const loop = design();
    const after = send(loop, decision(loop, { option: "2" })).loop;
    expect(factsOf(after).option).toBe("2");
    expect(factsOf(after).approvals[0]).toMatchObject({ option: "2", stale: null });
  });

  test("an option that does not exist is refused, with those that do", () => {
    const loop = design();
    const refusal = given(loop)
      .when(decision(loop, { option: "9" }))
      .thenRefused("unknown-option");
    expect(refusal.todo).toBe("choose one of 1, 2");
  });

  test("an edited option is approved as of its new hash", () => {
    const loop = design();
    const after = given(loop)
      .when(decision(loop, { decision: "edit", option: "2", text: "with integers" }))
      .then(
        ...(["DesignEdited", "OptionChosen", "ApprovalGiven", "CheckpointPassed", "PolicyDecided"] as const),
        ...(["StepEntered", "AttemptStarted", "JobQueued"] as const),
      );
    const { design: edited, planHash, approvals, option } = factsOf(after.loop);
    expect(edited?.options.find((one) => one.id === "2")?.approach).toBe("with integers");
    expect(planHash).not.toBe(checkpointOf(loop).subject);
    expect(approvals[0]?.subject).toBe(planHash);
    expect(option).toBe("2");
  });

  test("an edit without an option rewrites the recommended one", () => {
    const loop = design();
    const after = send(loop, decision(loop, { decision: "edit", text: "by table" })).loop;
    expect(factsOf(after).option).toBe("1");
  });

  test("a design of one's own is added as an option and chosen", () => {
    const loop = design();
    const after = send(loop, decision(loop, { decision: "own", text: "use decimals" })).loop;
    const { design: own, option } = factsOf(after);
    expect(own?.options.map((one) => one.id)).toEqual(["1", "2", "own"]);
    expect(own?.options.at(-1)).toMatchObject({ approach: "use decimals", pros: [], cons: [] });
    expect(option).toBe("own");
  });

  test("an empty text is no design", () => {
    const loop = design();
    for (const how of ["edit", "own"] as const)
      given(loop)
        .when(decision(loop, { decision: how, text: " " }))
        .thenRefused("incomplete-decision");
  });

  test("a wish for another design asks the model again with the words", () => {
    const loop = design();
    const after = given(loop)
      .when(decision(loop, { decision: "change", text: "smaller" }))
      .then("ChangeRequested", "ContextAdded", "AttemptStarted", "ModelAsked");
    expect(factsOf(after.loop).instructions).toEqual(["smaller"]);
    expect(checkpointOf(toCheckpoint("design", after.loop)).id).not.toBe(checkpointOf(loop).id);
  });

  test("a no ends the loop, and needs a reason", () => {
    const loop = design();
    given(loop)
      .when(decision(loop, { decision: "reject" }))
      .thenRefused("incomplete-decision");
    const { loop: end } = given(loop)
      .when(decision(loop, { decision: "reject", text: "too risky" }))
      .then("CheckpointRejected", "LoopRejected");
    expect(end).toMatchObject({ state: "ended", outcome: "rejected", step: "design" });
  });

  test("guardian does not let the requester decide, but lets him stop it", () => {
    const loop = atCheckpoint("design", { level: "business/guardian" });
    given(loop)
      .when(decision(loop, { by: person("mia") }))
      .thenRefused("not-yours-to-decide");
    given(loop)
      .when(decision(loop, { by: person("mia"), decision: "reject", text: "no" }))
      .then("CheckpointRejected", "LoopRejected");
  });
});

describe("plan and open (advisor, guardian)", () => {
  const level = "business/advisor";

  test("a plan is looked at first; a wish plans again, a no ends the loop", () => {
    const loop = atCheckpoint("plan", { level });
    given(loop)
      .when(decision(loop))
      .then("ApprovalGiven", "CheckpointPassed", "StepEntered", "AttemptStarted", "ModelAsked");
    const wish = decision(loop, { decision: "change", text: "mind the callers" });
    given(loop).when(wish).then("ChangeRequested", "ContextAdded", "AttemptStarted", "ModelAsked");
    const no = decision(loop, { decision: "reject", text: "no" });
    given(loop).when(no).then("CheckpointRejected", "LoopRejected");
  });

  test("only a design can be edited", () => {
    const loop = atCheckpoint("plan", { level });
    given(loop)
      .when(decision(loop, { decision: "edit", text: "x" }))
      .thenRefused("incomplete-decision");
  });

  test("opening the pull request is asked; a wish goes back to the design", () => {
    const loop = atCheckpoint("open", { level });
    given(loop)
      .when(decision(loop))
      .then("ApprovalGiven", "CheckpointPassed", "StepEntered", "AttemptStarted", "JobQueued");
    const back = decision(loop, { decision: "change", text: "the other way" });
    given(loop).when(back).then("ChangeRequested", "ContextAdded", "AttemptStarted", "ModelAsked");
  });
});

describe("completion", () => {
  test("a yes asks for the merge turn", () => {
    const loop = atCheckpoint("complete");
    given(loop)
      .when(decision(loop))
      .then("ApprovalGiven", "CheckpointPassed", "StepEntered", "AttemptStarted", "CallRequested");
  });

  test("a no with a reason goes back to work, and the mended work is merged", () => {
    const loop = atCheckpoint("complete");
    const after = given(loop)
      .when(decision(loop, { decision: "reject", text: "negative halves are wrong" }))
      .then(
        ...(["CheckpointRejected", "ContextAdded", "WorkReopened", "StepEntered"] as const),
        ...(["AttemptStarted", "JobQueued"] as const),
      );
    expect(factsOf(after.loop).failure?.evidence.summary).toBe("negative halves are wrong");
    const again = toCheckpoint("complete", after.loop);
    expect(checkpointOf(again).subject).not.toBe(checkpointOf(loop).subject);
    expect(drive(again, (one) => one.state === "ended")).toMatchObject({ outcome: "merged" });
  });

  test("a wish becomes a thread and is addressed", () => {
    const loop = atCheckpoint("complete");
    given(loop)
      .when(decision(loop, { decision: "change", text: "say it in the changelog" }))
      .then(
        ...(["ChangeRequested", "ThreadOpened", "StepEntered", "AddressRoundStarted"] as const),
        ...(["AttemptStarted", "JobQueued"] as const),
      );
    given(loop)
      .when(decision(loop, { decision: "change" }))
      .thenRefused("incomplete-decision");
  });

  test("what was shown and what is asked must be the same", () => {
    const loop = atCheckpoint("complete");
    const refusal = given(loop)
      .when(decision(loop, { subject: "0".repeat(40) }))
      .thenRefused("subject-moved");
    expect(refusal.kind).toBe("stale");
    expect(refusal.message).toContain(checkpointOf(loop).subject);
  });
});

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
