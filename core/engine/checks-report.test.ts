import { expect, test } from "vitest";
import type { Check } from "../domain/loop/evidence.ts";
import { excerptCharsMax } from "../domain/policy/limits.ts";
import type { CiJob, CiRun, CiRuns } from "../ports/ci-runs.ts";
import { type CiHost, PlatformError } from "../ports/platform.ts";
import { checksReport } from "./checks-report.ts";
import { failedLogs } from "./failed-logs.ts";

const sha = "d".repeat(40);
const check = (name: string, state: Check["state"], required = true): Check => ({
  ...{ name, state, required, url: null },
});
const run = (id: string, state: CiRun["state"]): CiRun => ({
  ...{ id, url: `/runs/${id}`, sha, branch: "b", state, startedAt: 0 },
});
type Jobs = Record<string, (CiJob & { log: string | null })[]>;

/** A platform's CI with these runs, and the jobs of each. */
function ciRuns(runs: CiRun[], jobs: Jobs = {}): CiRuns {
  const all = Object.values(jobs).flat();
  const part: Partial<CiRuns> = {
    runsFor: async () => runs,
    jobs: async (id) => jobs[id] ?? [],
    log: async (id, bytesMax) => all.find((job) => job.id === id)?.log?.slice(-bytesMax) ?? null,
  };
  return part as CiRuns;
}

function ci(checks: Check[], unreported: string[] = []): CiHost {
  const part: Partial<CiHost> = { checks: async () => checks, unreported: async () => unreported };
  return part as CiHost;
}

const job = (name: string, state: CiJob["state"], log: string | null) => ({ id: name, name, state, log });
const states = (checks: readonly Check[]) => checks.map(({ name, state }) => `${name} ${state}`);

test("a failed required check comes with the end of its job's log, without times and colours", async () => {
  const log =
    "2026-11-30T10:00:00.123Z \u001b[31mFAIL\u001b[0m rounds\r\n2026-11-30T10:00:01Z expected 3\r\n";
  const runs = ciRuns([run("1", "passed"), run("2", "failed")], {
    2: [job("lint", "passed", "fine"), job("unit", "failed", log), job("e2e", "failed", "timeout")],
  });
  const report = await checksReport({ ci: ci([check("CI / unit (push)", "failed")]), runs }, sha);
  expect(report.logs).toBe("unit:\nFAIL rounds\nexpected 3");
  // Names need not be alike: then all that failed is shown.
  expect(await failedLogs(runs, sha, ["build"])).toBe("unit:\nFAIL rounds\nexpected 3\n\ne2e:\ntimeout");
});

test("of long logs the ends are kept, whole lines, and together no more than an excerpt", async () => {
  const long = Array.from({ length: 5_000 }, (_, n) => `line ${n}`).join("\n");
  const jobs = ["a", "b", "c", "d"].map((name) => job(name, "failed", `${long}\nend of ${name}`));
  const logs = await failedLogs(ciRuns([run("1", "failed")], { 1: jobs }), sha, []);
  expect(logs.length).toBeLessThanOrEqual(excerptCharsMax);
  expect(logs).toMatch(/^a:\nline \d+\n[\s\S]*end of a\n\nb:\nline \d+\n[\s\S]*end of c$/);
});

test("without logs the check fails all the same", async () => {
  const checks = [check("unit", "failed")];
  const none = { type: "ReportChecks", sha, checks, logs: "" };
  expect(await checksReport({ ci: ci(checks), runs: null }, sha)).toEqual(none);
  const silent = ciRuns([run("1", "failed")], { 1: [job("unit", "failed", null)] });
  expect(await checksReport({ ci: ci(checks), runs: silent }, sha)).toEqual(none);
  const hidden = { ...silent, log: () => refuse("forbidden") };
  expect(await checksReport({ ci: ci(checks), runs: hidden }, sha)).toEqual(none);
});

const refuse = (kind: PlatformError["kind"]): Promise<never> =>
  Promise.reject(new PlatformError({ kind, operation: "log", message: "no" }));

test("Tamma's own status is left out, also where a rule requires it", async () => {
  const all = [check("tamma", "failed"), check("unit", "passed")];
  const report = await checksReport({ ci: ci(all, ["tamma"]), runs: null }, sha);
  expect(states(report.checks)).toEqual(["unit passed"]);
  expect(await checksReport({ ci: ci([check("tamma", "pending")]), runs: null }, sha)).toMatchObject({
    checks: [],
  });
});

test("a required check that never began is pending, so that others alone do not open the gate", async () => {
  const report = await checksReport({ ci: ci([check("unit", "passed")], ["e2e"]), runs: null }, sha);
  expect(report.checks).toEqual([check("unit", "passed"), check("e2e", "pending")]);
});

test("where the branch requires none, all verdicts count, as soon as the runs are over", async () => {
  const optional = [check("unit", "passed", false), check("lint", "failed", false)];
  const report = await checksReport({ ci: ci(optional), runs: null }, sha);
  expect(report.checks.every(({ required }) => required)).toBe(true);
  const green = { ci: ci([check("unit", "passed", false)]), runs: ciRuns([run("7", "running")]) };
  expect(states((await checksReport(green, sha)).checks)).toEqual(["unit passed", "CI run 7 pending"]);
  const begun = { ci: ci([]), runs: ciRuns([run("8", "waiting")]) };
  expect(states((await checksReport(begun, sha)).checks)).toEqual(["CI run 8 pending"]);
  // Where somebody said what counts, other runs may go on.
  const ruled = { ci: ci([check("unit", "passed")]), runs: ciRuns([run("9", "running")]) };
  expect(states((await checksReport(ruled, sha)).checks)).toEqual(["unit passed"]);
});

test("a platform that shows no runs is believed; one that cannot be reached is asked again", async () => {
  const passed = ci([check("unit", "passed", false)]);
  const shows = (kind: PlatformError["kind"]) => ({
    ...{ ci: passed, runs: { ...ciRuns([]), runsFor: () => refuse(kind) } },
  });
  expect(states((await checksReport(shows("unsupported"), sha)).checks)).toEqual(["unit passed"]);
  await expect(checksReport(shows("transient"), sha)).rejects.toMatchObject({ kind: "transient" });
});
