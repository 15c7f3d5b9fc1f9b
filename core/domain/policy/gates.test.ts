import { describe, expect, test } from "vitest";
import type { GateName } from "../loop/pipeline.ts";
import type { Attempts, Facts } from "../loop/state.ts";
import { factsOf, leased } from "../loop/testing/commands.ts";
import { sha } from "../loop/testing/samples.ts";
import { checksGreen, mayMerge, mayRetry, mergeRefusals } from "./gates.ts";

const failed = (...fingerprints: string[]): Attempts => ({
  failed: fingerprints.length,
  open: false,
  evidence: fingerprints.map((fingerprint, at) => ({ n: at + 1, summary: "", fingerprint, excerpt: "" })),
});

describe("another try", () => {
  test("is allowed three times after the first, while failures are new", () => {
    expect(mayRetry(failed(), "a")).toEqual({ allowed: true });
    expect(mayRetry(failed("a", "b"), "c")).toEqual({ allowed: true });
    expect(mayRetry(failed("a", "b", "c"), "d")).toEqual({
      allowed: false,
      reason: "the first attempt and 3 retries failed",
    });
  });

  test("is not allowed against the same wall", () => {
    expect(mayRetry(failed("a"), "a")).toMatchObject({ allowed: false });
    expect(mayRetry(failed("a", "b"), "a")).toEqual({ allowed: true });
  });
});

describe("a merge", () => {
  const merging = factsOf(leased("merge"));
  /** All is well, and no runner was given the merge yet. */
  const ready: Facts = { ...merging, merging: null };
  const without = (gate: GateName): Facts => {
    const { [gate]: _, ...passed } = ready.passed;
    return { ...ready, passed };
  };
  const other = sha("4");

  test("is allowed when everything stands", () => {
    expect(mayMerge(ready)).toEqual({ allowed: true });
  });

  test.each(["implement", "build", "test", "scan", "ci", "review"] as const)("needs %s green", (gate) => {
    expect(mergeRefusals(without(gate)).join()).toContain(`${gate} is not green`);
    const verdict = ready.passed[gate]?.verdict;
    if (!verdict) throw new Error(`${gate} never passed`);
    const elsewhere = { ...ready, passed: { ...ready.passed, [gate]: { subject: other, verdict } } };
    expect(mergeRefusals(elsewhere)).toHaveLength(1);
  });

  const open = { id: "t", author: "ann", person: true, path: null, line: 0, text: "?", reply: null };
  test.each([
    ["something was pushed", { pushed: null }, "nothing was pushed"],
    ["there is a head", { head: null }, "nothing was pushed"],
    ["the pushed commit is the head", { pushed: { sha: other, tree: other } }, "was verified"],
    ["the branch has the base", { branchBase: other }, "does not contain"],
    [
      "the last change is on the branch",
      { patch: ready.patch && { ...ready.patch, tree: other } },
      "not on the branch",
    ],
    ["no thread is open", { threads: [open] }, "a thread is open"],
    ["checks were reported", { checks: null }, "checks are not green"],
    ["completion is approved", { approvals: [] }, "completion is not approved"],
  ] as [string, Partial<Facts>, string][])("only while %s", (_, change, reason) => {
    const answer = mayMerge({ ...ready, ...change });
    expect(answer).toMatchObject({ allowed: false });
    expect(answer.allowed ? "" : answer.reason).toContain(reason);
  });

  test("does not wait for an open thread once it may have happened: that came too late", () => {
    expect(mayMerge({ ...merging, threads: [open] })).toEqual({ allowed: true });
    expect(mayMerge({ ...merging, threads: [open], head: other }).allowed).toBe(false);
  });

  test("needs somebody's yes to weakened tests", () => {
    const tree = ready.pushed?.tree ?? "";
    const weakened = { tree, items: [{ path: "a.test.ts", what: "skipped" }] };
    expect(mergeRefusals({ ...ready, weakened }).join()).toContain("tests were weakened");
    expect(mergeRefusals({ ...ready, weakened: { ...weakened, tree: other } })).toEqual([]);
  });

  test("checks are green when all required ones on the head are", () => {
    const check = { name: "a", state: "passed" as const, required: true, url: null };
    const report = (checks: object[], of = ready.head ?? "") =>
      checksGreen({ ...ready, checks: { sha: of, checks: checks as never, report: 1 } });
    expect(report([check, { ...check, state: "failed", required: false }])).toBe(true);
    expect(report([check, { ...check, state: "pending" }])).toBe(false);
    expect(report([check], other)).toBe(false);
    expect(report([])).toBe(false);
    const lax = { ...ready, settings: { ...ready.settings, noChecksAreGreen: true } };
    expect(checksGreen({ ...lax, checks: { sha: lax.head ?? "", checks: [], report: 1 } })).toBe(true);
  });
});
