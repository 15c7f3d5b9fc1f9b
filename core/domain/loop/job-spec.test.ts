import { describe, expect, test } from "vitest";
import { branchName } from "./branch-name.ts";
import type { JobKind, JobPurpose } from "./events/control.ts";
import { jobSpec } from "./job-spec.ts";
import { JobSpec } from "./jobs.ts";
import type { Loop } from "./state.ts";
import { factsOf, jobOf, leased, say } from "./testing/commands.ts";
import { sha } from "./testing/samples.ts";
import { loopDoing, started } from "./testing/scenario.ts";

const specOf = (loop: Loop) => JobSpec.parse(jobSpec(factsOf(loop), jobOf(loop)));

test("a survey reads the default branch for this issue", () => {
  expect(specOf(leased("survey"))).toMatchObject({
    kind: "survey",
    branch: "main",
    issue: { title: "Round half up" },
  });
});

test("open makes the loop's branch from the default one", () => {
  expect(specOf(leased("open"))).toMatchObject({ branch: "tamma/7-round-half-up", from: "main" });
});

describe("develop", () => {
  test("at first: no patch, the chosen option, the first attempt", () => {
    expect(specOf(leased("develop"))).toMatchObject({
      ...{ kind: "develop", patch: null, mode: "work", option: { id: "1" }, attempt: 1 },
      ...{ evidence: null, threads: [], clarifications: [] },
    });
  });

  test("with answers to what was asked", () => {
    const answered = say(started(), { failing: [], trouble: ["questions"] }, "questions", "answer");
    expect(specOf(leased("develop", answered))).toMatchObject({
      clarifications: [{ question: "Up or even?", answer: "up" }],
    });
  });

  test("after a failure: the patch so far, the evidence, the locked tests", () => {
    const failed = say(started(), { failing: ["build"], trouble: [] }, "build new-0");
    expect(specOf(leased("develop", failed))).toMatchObject({
      ...{ mode: "fix", attempt: 2, evidence: { gate: "build" } },
      ...{ patch: { base: sha("b") }, lockedTests: [{ path: "test/round.test.ts" }] },
    });
  });

  test("for comments: the open threads, and only then", () => {
    const commented = say(loopDoing("ci", "job"), { failing: [], trouble: ["threads"] }, "comment");
    expect(specOf(leased("develop", commented, "address"))).toMatchObject({
      ...{ mode: "address", threads: [{ id: "t0", author: "ann", text: "why?" }] },
    });
  });
});

test("verify takes the patch, or the pushed commit for ci", () => {
  expect(specOf(leased("verify"))).toMatchObject({
    ...{ head: null, patch: { base: sha("b") }, needsTests: true },
    parts: ["red", "build", "green", "test", "scan"],
  });
  const ci = leased("verify", started(), "ci");
  expect(specOf(ci)).toMatchObject({ head: factsOf(ci).head, patch: null, parts: ["ci"] });
});

test("publish is leased on the head that is known, and says what it is for", () => {
  const loop = leased("publish");
  expect(specOf(loop)).toMatchObject({
    ...{ expectedHead: sha("1"), secondParent: null, message: "Round half up\n\nFor #7." },
  });
  const { patch } = factsOf(loop);
  if (!patch) throw new Error("no patch");
  const bare = { ...factsOf(loop), patch: { ...patch, commits: [] } };
  expect(jobSpec(bare, jobOf(loop))).toMatchObject({ message: "Round half up\n\nFor #7." });
});

test("after a rebase the new base becomes a second parent, so that nothing on the branch is lost", () => {
  const moved = say(leased("merge"), { failing: [], trouble: ["base"] }, "base moved");
  const rebase = leased("rebase", moved);
  expect(specOf(rebase)).toMatchObject({ kind: "rebase", onto: sha("c"), patch: { base: sha("b") } });
  const loop = leased("publish", rebase);
  expect(specOf(loop)).toMatchObject({ secondParent: sha("c"), expectedHead: factsOf(rebase).head });
});

test("merge names head, base and method exactly", () => {
  const loop = leased("merge", started({ mergeMethod: "squash" }));
  expect(specOf(loop)).toMatchObject({
    ...{ kind: "merge", head: factsOf(loop).head, into: "main", expectedBase: sha("b"), method: "squash" },
    message: "Round half up (#1)\n\nCloses #7.",
  });
});

test("a job that was queued without what it needs is a fault, and says which", () => {
  const bare = factsOf(started());
  const job = (kind: JobKind, purpose: JobPurpose = "work") => ({
    ...jobOf(leased("survey")),
    kind,
    purpose,
  });
  expect(() => jobSpec(bare, job("develop"))).toThrow("without its plan");
  expect(() => jobSpec(bare, job("verify", "gates"))).toThrow("without its base");
  expect(() => jobSpec({ ...bare, base: sha("b") }, job("verify", "gates"))).toThrow("without its patch");
  expect(() => jobSpec({ ...bare, base: sha("b") }, job("verify", "take-over"))).toThrow("without its head");
});

test("a branch is readable, bounded, and its own in every run", () => {
  const facts = factsOf(started());
  const named = (title: string, loop = facts.loop) =>
    branchName({ ...facts, loop, issue: { ...facts.issue, title } });
  expect(named("Fix: rounding of 1.5 (again!)")).toBe("tamma/7-fix-rounding-of-1-5-again");
  expect(named("../../etc/passwd")).toBe("tamma/7-etc-passwd");
  expect(named("世界")).toBe("tamma/7");
  expect(named("a".repeat(100))).toBe(`tamma/7-${"a".repeat(40)}`);
  expect(named("Round", "local/calc/7#3")).toBe("tamma/7-round-3");
});
