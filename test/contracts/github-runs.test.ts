import { afterEach, beforeEach, expect, test } from "vitest";
import * as wire from "./github-wire.ts";
import { failing, notFound, nothing, ok, reply, sha } from "./github-wire.ts";
import { startWireServer } from "./wire-server.ts";

let github: wire.Rig;
beforeEach(async () => {
  github = await wire.startGithub();
});
afterEach(() => github[Symbol.asyncDispose]());

const run = (id: number, over: Record<string, unknown> = {}) => ({
  ...{ id, html_url: `https://github.test/runs/${id}`, head_sha: sha("a"), head_branch: "main" },
  ...{ status: "queued", conclusion: null, display_title: "Job", run_started_at: wire.at },
  ...{ created_at: new Date(wire.now).toISOString(), ...over },
});
const list = (...workflow_runs: unknown[]) => ok({ total_count: workflow_runs.length, workflow_runs });
const request = { workflow: "tamma.yml", ref: "main", inputs: { job: "j1" }, correlation: "acme~j1" };
const dispatch = () => github.forge.runs.dispatch(request);

test("a run that GitHub names in its answer is the run", async () => {
  const details = { workflow_run_id: 30433642, run_url: "u", html_url: "h" };
  github.replyWith(ok(details), notFound, ok(run(30433642)));
  expect(await dispatch()).toEqual({
    ...{ id: "30433642", url: "https://github.test/runs/30433642", sha: sha("a"), branch: "main" },
    ...{ state: "waiting", startedAt: null },
  });
  expect(github.body("POST")).toEqual({ ref: "main", inputs: { job: "j1" }, return_run_details: true });
  // It takes a moment until it can be seen.
  expect(github.pauses).toEqual([1_000]);
});

test("without a name, the run is the one since then whose title has the correlation", async () => {
  const old = run(1, { display_title: "Job acme~j1", created_at: "2026-11-01T00:00:00Z" });
  const longer = run(2, { display_title: "Job acme~j12" });
  github.replyWith(nothing, list(old, longer), list(longer, run(3, { display_title: "Job acme~j1" })));
  expect((await dispatch())?.id).toBe("3");
  expect(decodeURIComponent(github.asked().at(-1) ?? "")).toContain(
    "/workflows/tamma.yml/runs?event=workflow_dispatch&branch=main&per_page=100&created=>=",
  );
});

test("a run that cannot be seen yet is none, and nothing is started twice", async () => {
  github.replyWith(nothing, list());
  expect(await dispatch()).toBeNull();
  expect(github.pauses).toEqual([1_000, 3_000]);
  expect(github.asked().filter((asked) => asked.startsWith("POST"))).toHaveLength(1);
});

test("a start whose answer was lost is found by its title, and nothing is started for that", async () => {
  const since = wire.now - 600_000;
  const early = run(1, { display_title: "Job acme~j1", created_at: "2026-11-01T00:00:00Z" });
  const made = new Date(since + 1_000).toISOString();
  github.replyWith(list(early, run(5, { display_title: "Job acme~j1", created_at: made })), list(early));
  const { inputs: _, ...sought } = request;
  expect((await github.forge.runs.started({ ...sought, since }))?.id).toBe("5");
  expect(await github.forge.runs.started({ ...sought, since })).toBeNull();
  expect(github.asked().filter((asked) => asked.startsWith("POST"))).toEqual([]);
});

test("a server that does not know the wish for a name is asked without it", async () => {
  const refusal = reply(422, { message: '"return_run_details" is not a permitted key.' });
  github.replyWith(refusal, nothing, list(run(3, { display_title: "acme~j1" })));
  expect((await dispatch())?.id).toBe("3");
  expect(github.body("POST")).toEqual({ ref: "main", inputs: { job: "j1" } });
  github.replyWith(reply(422, { message: "Workflow does not have 'workflow_dispatch' trigger" }));
  expect((await failing(dispatch())).kind).toBe("validation");
});

test.each([
  ["requested", null, "waiting"],
  ["pending", null, "waiting"],
  ["in_progress", null, "running"],
  ["completed", "success", "passed"],
  ["completed", "neutral", "passed"],
  ["completed", "cancelled", "cancelled"],
  ["completed", "timed_out", "failed"],
  ["completed", "startup_failure", "failed"],
  ["completed", "action_required", "waiting"],
])("a run that is %s with %s is %s", async (status, conclusion, state) => {
  github.replyWith(ok(run(3, { status, conclusion })));
  expect((await github.forge.runs.run("3"))?.state).toBe(state);
});

test("a run that is gone is none, and an id that is none is said to be so", async () => {
  github.replyWith(notFound);
  expect(await github.forge.runs.run("3")).toBeNull();
  expect((await failing(github.forge.runs.run("3/../4"))).kind).toBe("validation");
});

test("runs of a commit and jobs of a run are listed", async () => {
  github.replyWith(list(run(3), run(4)));
  expect((await github.forge.runs.runsFor(sha("a"))).map(({ id }) => id)).toEqual(["3", "4"]);
  const job = { id: 61, name: "build", status: "completed", conclusion: "failure" };
  github.replyWith(ok({ total_count: 1, jobs: [job] }));
  expect(await github.forge.runs.jobs("3")).toEqual([{ id: "61", name: "build", state: "failed" }]);
});

test("a log is fetched from where GitHub sends us, without the token, and only its end is kept", async () => {
  await using storage = await startWireServer();
  storage.replyWith({ status: 200, headers: {}, body: `${"x".repeat(300_000)}é end`, ending: "end" });
  github.replyWith(reply(302, "", { location: `${storage.url}/logs/1?sig=secret` }));
  expect(await github.forge.runs.log("61", 6)).toBe("é end");
  expect(storage.requests[0]?.headers.authorization).toBeUndefined();
  // A cut within a character leaves it out.
  expect(await github.forge.runs.log("61", 5)).toBe(" end");
});

test("a log that is not there yet, or no more, is none", async () => {
  await using storage = await startWireServer();
  github.replyWith(notFound);
  expect(await github.forge.runs.log("61", 100)).toBeNull();
  github.replyWith(reply(410, { message: "Gone" }));
  expect(await github.forge.runs.log("61", 100)).toBeNull();
  storage.replyWith(reply(404, "<xml/>"));
  github.replyWith(reply(302, "", { location: `${storage.url}/logs/1` }));
  expect(await github.forge.runs.log("61", 100)).toBeNull();
});

test("a log that breaks off, or lies nowhere, is an error of the right kind", async () => {
  await using storage = await startWireServer();
  storage.replyWith({ status: 200, headers: {}, body: "begin", ending: "reset" });
  github.replyWith(reply(302, "", { location: `${storage.url}/logs/1` }));
  expect((await failing(github.forge.runs.log("61", 100))).kind).toBe("transient");
  github.replyWith(reply(302, "", { location: "file:///etc/passwd" }));
  expect((await failing(github.forge.runs.log("61", 100))).kind).toBe("transient");
});

test("a run that is over stays as it is when it is cancelled", async () => {
  github.replyWith(reply(202, {}));
  await github.forge.runs.cancel("3");
  github.replyWith(reply(409, { message: "Cannot cancel a workflow run that is completed." }));
  await github.forge.runs.cancel("3");
  github.replyWith(reply(201, {}));
  await github.forge.runs.rerunFailed("3");
  expect(github.asked().at(-1)).toBe("POST /repos/acme/shop/actions/runs/3/rerun-failed-jobs");
});
