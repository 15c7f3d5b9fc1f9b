import { afterEach, beforeEach, expect, test } from "vitest";
import * as wire from "./github-wire.ts";
import { failing, notFound, ok, reply, sha } from "./github-wire.ts";

let github: wire.Rig;
beforeEach(async () => {
  github = await wire.startGithub();
});
afterEach(() => github[Symbol.asyncDispose]());

const forbidden = reply(403, { message: "Resource not accessible by personal access token" });
const run = (id: number, name: string, conclusion: string | null, over: Record<string, unknown> = {}) => ({
  ...{ id, name, conclusion, status: conclusion === null ? "in_progress" : "completed" },
  ...{ html_url: `https://github.test/runs/${id}`, started_at: wire.at, completed_at: wire.at, ...over },
});
const runs = (...check_runs: unknown[]) => ok({ total_count: check_runs.length, check_runs });
const status = (id: number, context: string, state: string, created_at = wire.at) => ({
  ...{ id, context, state, created_at, target_url: null },
});
const statuses = (...all: unknown[]) =>
  ok({ state: "pending", sha: sha("a"), total_count: all.length, statuses: all, url: "u" });
const branch = (over: Record<string, unknown> = {}) =>
  ok({ name: "main", commit: { sha: sha("b") }, protected: false, ...over });
const contexts = (...names: string[]) => ({
  type: "required_status_checks",
  parameters: { required_status_checks: names.map((context) => ({ context })) },
});

test.each([
  ["success", "passed"],
  ["neutral", "passed"],
  ["skipped", "passed"],
  ["failure", "failed"],
  ["cancelled", "failed"],
  ["timed_out", "failed"],
  ["action_required", "failed"],
  ["stale", "failed"],
  ["startup_failure", "failed"],
  [null, "pending"],
])("a check run that ended as %j has %s", async (conclusion, state) => {
  github.replyWith(runs(run(1, "build", conclusion)), statuses(), ok([]), branch());
  expect(await github.forge.ci.checks(sha("a"))).toEqual([
    { name: "build", state, required: false, url: "https://github.test/runs/1" },
  ]);
});

test("check runs and statuses are one list, each name once, and the newest of a name counts", async () => {
  const later = "2026-11-30T00:59:00Z";
  const queued = run(4, "lint", null, { status: "queued", started_at: null, completed_at: null });
  github.replyWith(
    runs(
      ...[run(1, "build", "failure"), run(2, "build", "success", { started_at: later })],
      ...[run(3, "lint", "success"), queued, run(5, "deploy", "success")],
    ),
    statuses(status(9, "deploy", "error", later), status(8, "cla", "success"), status(7, "slow", "pending")),
    ok([contexts("build", "never-came")]),
    branch(),
  );
  expect(await github.forge.ci.checks(sha("a"))).toMatchObject([
    { name: "build", state: "passed", required: true },
    { name: "lint", state: "pending", required: false },
    { name: "deploy", state: "failed" },
    { name: "cla", state: "passed" },
    { name: "slow", state: "pending" },
  ]);
});

test("verdicts are read over all pages, and rules of the branch are kept for a minute", async () => {
  const path = `/repos/acme/shop/commits/${sha("a")}/check-runs`;
  const link = { link: `<${github.server.url}${path}?per_page=100&page=2>; rel="next"` };
  const first = ok({ total_count: 2, check_runs: [run(1, "build", "success")] }, link);
  github.replyWith(first, runs(run(2, "test", "failure")), statuses(), ok([contexts("test")]), branch());
  expect(await github.forge.ci.checks(sha("a"))).toMatchObject([
    { name: "build", required: false },
    { name: "test", state: "failed", required: true },
  ]);
  github.replyWith(runs(run(2, "test", "success")), statuses());
  expect(await github.forge.ci.checks(sha("a"))).toMatchObject([{ name: "test", required: true }]);
});

test("nobody reported anything", async () => {
  github.replyWith(runs(), statuses());
  expect(await github.forge.ci.checks(sha("a"))).toEqual([]);
});

test("required checks come from rules and from the protection of the branch", async () => {
  const required_status_checks = { contexts: ["build", "cla"], enforcement_level: "everyone", checks: [] };
  github.replyWith(
    ok([contexts("build", "test"), { type: "deletion" }, contexts("lint")]),
    branch({ protected: true, protection: { enabled: true, required_status_checks } }),
  );
  expect(await github.forge.ci.requiredChecks("main")).toEqual(["build", "test", "lint", "cla"]);
});

test("a protection that the branch does not show is asked for, as far as the token may", async () => {
  github.replyWith(notFound, branch({ protected: true }), ok({ contexts: ["build"] }));
  expect(await github.forge.ci.requiredChecks("main")).toEqual(["build"]);
  github.replyWith(notFound, branch({ protected: true }), forbidden);
  expect(await github.forge.ci.requiredChecks("main")).toBeNull();
  github.replyWith(forbidden, forbidden);
  expect(await github.forge.ci.requiredChecks("main")).toBeNull();
  github.replyWith(ok([]), branch());
  expect(await github.forge.ci.requiredChecks("main")).toEqual([]);
});

test.each([
  ["passed", "success"],
  ["failed", "failure"],
  ["pending", "pending"],
] as const)("our own verdict %s is the status %s", async (state, told) => {
  github.replyWith(reply(201, status(1, "tamma", told)));
  const url = "https://tamma.test/loops/1";
  await github.forge.ci.reportStatus(sha("a"), "tamma", { state, words: `why\n${"long ".repeat(50)}`, url });
  expect(github.asked()).toEqual([`POST /repos/acme/shop/statuses/${sha("a")}`]);
  expect(github.body("POST")).toMatchObject({
    ...{ context: "tamma", state: told, target_url: url },
    description: expect.stringMatching(/^why long .{100,130}\.\.\.$/),
  });
});

test("a token that may not read checks is told so", async () => {
  github.replyWith(forbidden);
  expect((await failing(github.forge.ci.checks(sha("a")))).kind).toBe("forbidden");
});
