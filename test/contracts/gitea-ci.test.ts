import { expect, test } from "vitest";
import * as rig from "./gitea-rig.ts";
import { startWireServer } from "./wire-server.ts";

const { ok, reply, refused, sha, status } = rig;
const repository = { id: 1, full_name: "ann/calc", html_url: "h", clone_url: "c", default_branch: "main" };
const combined = (...statuses: unknown[]) => ok({ sha, state: "pending", statuses });
const protectedBy = (...contexts: string[]) =>
  ok(rig.branch(sha, { protected: true, enable_status_check: true, status_check_contexts: contexts }));

test("each context is told once, the newest wins, and the main branch says what is required", async () => {
  await using gitea = await rig.connected("1.26.4", 3);
  gitea.replies(
    combined(status(4, "ci/a", "success"), status(2, "ci/b", "failure"), status(7, "ci/b", "warning")),
    combined(status(5, "lint", "error"), status(6, "docs", "skipped"), status(1, "ci/a", "pending")),
    combined({ ...status(8, "new", "brand-new"), target_url: "https://ci.example.test/8" }),
    ...[ok(repository), protectedBy("ci/*", "docs")],
  );
  expect(await gitea.forge.ci.checks(sha)).toEqual([
    { name: "ci/a", state: "passed", required: true, url: null },
    { name: "ci/b", state: "passed", required: true, url: null },
    { name: "lint", state: "failed", required: false, url: null },
    { name: "docs", state: "passed", required: true, url: null },
    { name: "new", state: "pending", required: false, url: "https://ci.example.test/8" },
  ]);
  expect(gitea.asked()[1]).toBe(`GET /commits/${sha}/status?page=2&limit=3`);
});

test("a commit without any status has no checks, and old servers say null", async () => {
  await using gitea = await rig.connected("1.22.6");
  gitea.replies(ok(null), combined());
  expect(await gitea.forge.ci.checks(sha)).toEqual([]);
  expect(await gitea.forge.ci.checks(sha)).toEqual([]);
});

test("required checks are the branch's patterns; all of them where it names none", async () => {
  await using gitea = await rig.connected();
  gitea.replies(protectedBy("ci/*", "lint"), protectedBy(), ok(rig.branch(sha)), refused(404, "not found"));
  expect(await gitea.forge.ci.requiredChecks("release/1.x")).toEqual(["ci/*", "lint"]);
  expect(await gitea.forge.ci.requiredChecks("main")).toEqual(["*"]);
  expect(await gitea.forge.ci.requiredChecks("main")).toEqual([]);
  expect(await gitea.forge.ci.requiredChecks("gone")).toBeNull();
  expect(gitea.asked()[0]).toBe("GET /branches/release/1.x");
});

test.each([
  ["pending", "pending"],
  ["passed", "success"],
  ["failed", "failure"],
] as const)("our own verdict %s is reported as %s", async (state, word) => {
  await using gitea = await rig.connected();
  gitea.replies(reply(201, status(1, "tamma/ci", word)));
  const url = state === "pending" ? null : "https://t.test/1";
  await gitea.forge.ci.reportStatus(sha, "tamma/ci", { state, words: "is at work", url });
  expect(gitea.bodies()).toMatchObject([{ context: "tamma/ci", state: word, description: "is at work" }]);
  expect(gitea.asked()).toEqual([`POST /statuses/${sha}`]);
});

const run = (id: number, change: Record<string, unknown> = {}) => ({
  ...{ id, html_url: `https://git.example.test/ann/calc/actions/runs/${id}`, head_sha: sha },
  ...{ head_branch: "main", path: "tamma.yml@refs/heads/main", display_title: "Fix", event: "push" },
  ...{ status: "queued", conclusion: "", started_at: "1970-01-01T01:00:00+01:00", ...change },
});
const runs = (...all: unknown[]) => ok({ total_count: all.length, workflow_runs: all.length ? all : null });
const dispatch = { workflow: "tamma.yml", ref: "main", inputs: { loop: "c-1" }, correlation: "c-1" };

test("a workflow is started with its inputs, and from 1.26 on the answer names the run", async () => {
  await using gitea = await rig.connected("1.26.0");
  const details = { workflow_run_id: 31, html_url: "h", run_url: "r" };
  gitea.replies(ok(details), ok(run(31, { status: "in_progress", started_at: "2026-11-30T12:00:00Z" })));
  expect(await gitea.forge.runs.dispatch(dispatch)).toEqual({
    ...{ id: "31", url: "https://git.example.test/ann/calc/actions/runs/31", sha, branch: "main" },
    ...{ state: "running", startedAt: rig.now },
  });
  expect(gitea.asked()).toEqual([
    "POST /actions/workflows/tamma.yml/dispatches?return_run_details=true",
    "GET /actions/runs/31",
  ]);
  expect(gitea.bodies()).toEqual([{ ref: "main", inputs: { loop: "c-1" } }]);
});

test("in 1.25 the run is the new one of this workflow, and none while two could be it", async () => {
  await using gitea = await rig.connected("1.25.5");
  const other = run(33, { path: "other.yml@refs/heads/main" });
  gitea.replies(runs(run(31)), reply(204), runs(run(31), other), runs(run(32), run(31), other));
  expect(await gitea.forge.runs.dispatch(dispatch)).toMatchObject({ id: "32", state: "waiting" });
  gitea.replies(runs(), reply(204), runs(run(41), run(42, { display_title: "c-1" })));
  expect(await gitea.forge.runs.dispatch(dispatch)).toMatchObject({ id: "42", startedAt: null });
  gitea.replies(runs(), reply(204), runs(run(51), run(52)));
  expect(await gitea.forge.runs.dispatch(dispatch)).toBeNull();
});

test("a start without an answer is found by its title, among runs of this workflow and branch", async () => {
  await using gitea = await rig.connected("1.26.0");
  const sought = { workflow: "tamma.yml", ref: "main", correlation: "c-1", since: rig.now };
  const titled = (id: number, title: string, more = {}) => run(id, { display_title: title, ...more });
  gitea.replies(
    runs(
      ...[titled(35, "Tamma l c-12"), titled(34, "Tamma l c-1", { head_branch: "next" })],
      ...[titled(33, "Tamma l c-1", { path: "other.yml@refs/heads/main" }), titled(32, "Tamma l c-1")],
    ),
    runs(titled(36, "Fix")),
  );
  expect(await gitea.forge.runs.started(sought)).toMatchObject({ id: "32", state: "waiting" });
  expect(await gitea.forge.runs.started(sought)).toBeNull();
  expect(gitea.asked()[0]).toBe("GET /actions/runs?event=workflow_dispatch&page=1&limit=50");
});

test.each([
  ["queued", "", "waiting"],
  ["pending", "", "waiting"],
  ["requested", "", "waiting"],
  ["waiting", "", "waiting"],
  ["in_progress", "", "running"],
  ["completed", "success", "passed"],
  ["completed", "skipped", "passed"],
  ["completed", "failure", "failed"],
  ["completed", "cancelled", "cancelled"],
])("a run that is %s %s is %s", async (word, conclusion, state) => {
  await using gitea = await rig.connected();
  gitea.replies(
    runs(run(1, { status: word, conclusion })),
    ok({ jobs: [{ id: 2, name: "j", status: word, conclusion }] }),
  );
  expect(await gitea.forge.runs.runsFor(sha)).toMatchObject([{ id: "1", state }]);
  expect(await gitea.forge.runs.jobs("1")).toEqual([{ id: "2", name: "j", state }]);
  expect(gitea.asked()).toEqual([
    `GET /actions/runs?head_sha=${sha}&page=1&limit=50`,
    "GET /actions/runs/1/jobs?page=1&limit=50",
  ]);
});

test("the end of a log is told, from a whole character on; there may be none yet", async () => {
  await using gitea = await rig.connected();
  gitea.replies(reply(200, "begin\nénd", { "content-type": "text/plain" }));
  expect(await gitea.forge.runs.log("2", 4)).toBe("énd");
  expect(await gitea.forge.runs.log("2", 3)).toBe("nd");
  expect(await gitea.forge.runs.log("2", 100)).toBe("begin\nénd");
  gitea.replies(refused(404, "not found"));
  expect(await gitea.forge.runs.log("2", 100)).toBeNull();
  expect(await gitea.forge.runs.run("9")).toBeNull();
});

test("a log that lies in another storage is fetched there, without the token", async () => {
  await using gitea = await rig.connected();
  const storage = await startWireServer();
  storage.replyWith(reply(200, "stored log"));
  gitea.replies(reply(302, "", { location: `${storage.url}/logs/2?signature=x` }));
  expect(await gitea.forge.runs.log("2", 3)).toBe("log");
  expect(storage.requests).toMatchObject([{ path: "/logs/2?signature=x" }]);
  expect(storage.requests[0]?.headers.authorization).toBeUndefined();
  await storage[Symbol.asyncDispose]();
});

test("runs are cancelled and run again where the version can; a run that is over stays", async () => {
  await using gitea = await rig.connected("1.28.0", 50, ["POST /repos/ann/calc/actions/runs/3/cancel"]);
  gitea.replies(reply(200), refused(409, "run already finished"), reply(201));
  await gitea.forge.runs.cancel("3");
  await gitea.forge.runs.cancel("3");
  await gitea.forge.runs.rerunFailed("3");
  expect(gitea.asked().at(-1)).toBe("POST /actions/runs/3/rerun-failed-jobs");
});

test("what an older version cannot do is told by the capability, before anything is sent", async () => {
  await using gitea = await rig.connected("1.24.7");
  const { runs } = gitea.forge;
  const works = [
    ...[() => runs.dispatch(dispatch), () => runs.run("1"), () => runs.runsFor(sha), () => runs.jobs("1")],
    ...[() => runs.log("1", 9), () => runs.cancel("1"), () => runs.rerunFailed("1")],
  ];
  for (const work of works) {
    const error = await rig.failing(work());
    expect(error).toMatchObject({ kind: "unsupported" });
    expect(error.message).toMatch(/no (dispatch|logs|cancelRun|rerunFailed) here\. /);
  }
  expect(gitea.asked()).toEqual([]);
});
