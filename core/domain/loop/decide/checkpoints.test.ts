import { describe, expect, test } from "vitest";
import { atCheckpoint, checkpointOf, decision, factsOf, toCheckpoint } from "../testing/commands.ts";
import { person } from "../testing/samples.ts";
import { drive, given, send } from "../testing/scenario.ts";

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
