import { describe, expect, test } from "vitest";
import type { JobResult } from "../jobs.ts";
import type { Loop } from "../state.ts";
import { factsOf, jobOf, leased, outcomeOf, resolve, result, say } from "../testing/commands.ts";
import { sha, verifyResult } from "../testing/samples.ts";
import { drive, given, loopDoing, send, started } from "../testing/scenario.ts";

/** The next verify of the patch fails at `gate` in this way. */
function fails(loop: Loop, gate: "implement" | "build" | "test" | "scan", fingerprint: string): Loop {
  const verifying = leased("verify", loop, "gates");
  const tree = factsOf(verifying).patch?.tree ?? "";
  const report: JobResult = { kind: "verify", result: verifyResult(tree, { gate, fingerprint }) };
  return send(verifying, result(verifying, report)).loop;
}

test("a build that fails once and then passes ends merged, with one failed attempt on record", () => {
  const mended = drive(fails(started(), "build", "TS2345"), (loop) => loop.state === "ended");
  expect(mended).toMatchObject({ outcome: "merged" });
  expect(factsOf(mended).attempts.build).toMatchObject({ failed: 1, open: false });
  expect(factsOf(mended).failure).toBeNull();
});

test("four different failures of the tests escalate with a card; a retry with a hint gets it merged", () => {
  let loop = started();
  for (const name of ["a", "b", "c"]) {
    loop = fails(loop, "test", name);
    expect(loop).toMatchObject({ state: "active", step: "implement" });
  }
  loop = fails(loop, "test", "d");
  expect(loop).toMatchObject({ state: "escalated", step: "test", card: { gate: "test" } });
  if (loop.state !== "escalated") return;
  expect(loop.card.attempts.map((one) => [one.n, one.fingerprint])).toEqual([
    [1, "a"],
    [2, "b"],
    [3, "c"],
    [4, "d"],
  ]);
  expect(loop.card.why).toBe("the first attempt and 3 retries failed");
  expect(loop.card.choices).toEqual(["retry", "take-over", "split", "abandon"]);
  const again = given(loop)
    .when(resolve(loop, "retry", "round half up, not even"))
    .then(
      ...(["EscalationResolved", "ContextAdded", "ResumePlanned", "StepEntered"] as const),
      ...(["AttemptStarted", "JobQueued"] as const),
    );
  expect(factsOf(again.loop).instructions).toEqual(["round half up, not even"]);
  expect(factsOf(again.loop).attempts.test.failed).toBe(0);
  expect(outcomeOf(again.loop)).toBe("merged");
});

test("the same failure twice in a row escalates before the third try", () => {
  const twice = fails(fails(started(), "build", "TS2345"), "build", "TS2345");
  expect(twice).toMatchObject({
    state: "escalated",
    card: { why: "the same failure twice in a row (TS2345)" },
  });
});

test("the same failure with another between is not in a row", () => {
  const loop = fails(fails(fails(started(), "test", "a"), "test", "b"), "test", "a");
  expect(loop).toMatchObject({ state: "active", step: "implement" });
});

test("gates count apart: each has its own first attempt and three retries", () => {
  let loop = started();
  for (const name of ["a", "b", "c"]) loop = fails(fails(loop, "build", name), "test", name);
  expect(loop).toMatchObject({ state: "active" });
  expect(factsOf(loop).attempts).toMatchObject({ build: { failed: 3 }, test: { failed: 3 } });
  expect(fails(loop, "build", "d")).toMatchObject({ state: "escalated", card: { gate: "build" } });
});

test("passing again because another gate failed counts nothing and resets nothing", () => {
  const loop = fails(fails(started(), "build", "a"), "test", "b");
  expect(factsOf(loop).attempts.build).toMatchObject({ failed: 1, open: false });
});

test("an attempt is on record before its job is queued", () => {
  const { events } = send(loopDoing("implement", "leased"), developed(loopDoing("implement", "leased")));
  const types = events.map((event) => event.type);
  expect(types.indexOf("AttemptStarted")).toBeLessThan(types.indexOf("JobQueued"));
  const started = events.filter((event) => event.type === "AttemptStarted");
  expect(started.map((event) => event.gate)).toEqual(["build", "test", "scan"]);
});

function developed(loop: Loop, changes: object = {}) {
  const patch = { ...patchOf(loop), ...changes };
  const done = { outcome: "done", patch, summary: "", rejections: [], testFiles: [], replies: [] } as const;
  return result(loop, {
    kind: "develop",
    result: { ...done, rejections: ["passed at once"], testFiles: [], replies: [] },
  });
}

function patchOf(loop: Loop) {
  const end = drive(loop, (one) => one.state !== "not-started" && one.facts.patch !== null);
  const { patch } = factsOf(end);
  if (!patch) throw new Error("no patch was proposed");
  return patch;
}

describe("implement", () => {
  const developing = () => loopDoing("implement", "leased");

  test("tests that prove nothing are refused on record", () => {
    given(developing())
      .when(developed(developing()))
      .then(
        ...(["JobFinished", "RedRejected", "PatchProposed"] as const),
        ...(["AttemptStarted", "AttemptStarted", "AttemptStarted", "JobQueued"] as const),
      );
  });

  test("an agent that gets nowhere uses up an attempt and begins again with the evidence", () => {
    const evidence = { summary: "stuck", fingerprint: "stuck", excerpt: "", log: null };
    const loop = developing();
    const report: JobResult = {
      kind: "develop",
      result: { outcome: "failed", evidence, rejections: ["never failed"] },
    };
    const { loop: after } = given(loop)
      .when(result(loop, report))
      .then("JobFinished", "RedRejected", "GateFailed", "RetryScheduled", "AttemptStarted", "JobQueued");
    expect(jobOf(after).purpose).toBe("work");
  });

  test.each([
    ["a path outside", { files: [{ ...fileAt("../etc/passwd") }] }],
    ["another base", { base: sha("4") }],
    ["nothing", { files: [] }],
  ])("a patch with %s is refused and never run", (_, changes) => {
    const loop = developing();
    given(loop)
      .when(developed(loop, changes))
      .then(
        ...(["JobFinished", "RedRejected", "PatchRefused", "GateFailed"] as const),
        ...(["RetryScheduled", "AttemptStarted", "JobQueued"] as const),
      );
  });

  test.each(["refusal", "garbage", "overflow"])("a provider's %s uses up an attempt", (kind) => {
    const loop = developing();
    const error = { kind, message: "no", retryAt: null };
    given(loop)
      .when(result(loop, { kind: "develop", result: { outcome: "provider", error } }))
      .then("JobFinished", "GateFailed", "RetryScheduled", "AttemptStarted", "JobQueued");
  });

  test("a wrong key is an obstacle; cleared, the work goes on", () => {
    const loop = say(developing(), { failing: [], trouble: ["provider"] }, "provider auth");
    expect(loop).toMatchObject({ doing: { kind: "obstacle", obstacle: { obstacle: "provider" } } });
    expect(outcomeOf(loop)).toBe("merged");
  });

  test("a provider that is down for too long goes to a person", () => {
    let loop = developing();
    const error = { kind: "transient", message: "529", retryAt: null };
    const report: JobResult = { kind: "develop", result: { outcome: "provider", error } };
    for (let n = 0; n < 20; n += 1) {
      loop = send(loop, result(loop, report)).loop;
      const { notBefore, id: job } = jobOf(loop);
      const waited = { ...loop, facts: { ...factsOf(loop), now: notBefore } } as Loop;
      loop = send(waited, { type: "LeaseJob", job, runner: "laptop" }).loop;
    }
    given(loop).when(result(loop, report)).then("JobFinished", "Escalated");
  });
});

function fileAt(path: string) {
  const modes = { modeBefore: "000000", modeAfter: "100644" };
  return { path, status: "added" as const, ...modes, binary: false, added: 1, removed: 0 };
}

test("a failure of the job itself, not of the project, uses up an attempt too", () => {
  const evidence = { summary: "no disk", fingerprint: "disk", excerpt: "", log: null };
  const failed = { outcome: "failed", evidence } as const;
  const jobs = [
    ["survey", { kind: "survey", result: failed }],
    ["open", { kind: "open", result: failed }],
    ["verify", { kind: "verify", result: failed }],
    ["publish", { kind: "publish", result: failed }],
    ["merge", { kind: "merge", result: failed }],
  ] as const;
  for (const [kind, report] of jobs) {
    const loop = leased(kind);
    const { events } = send(loop, result(loop, report));
    const [, second, third] = events.map((event) => event.type);
    expect([kind, second, third]).toEqual([kind, "GateFailed", "RetryScheduled"]);
  }
});
