import { join } from "node:path";
import { expect, test } from "vitest";
import { ensureAction } from "../../scripts/build/action.ts";
import { correlation, dispatched, expectSecret, machine, template, ticketFor } from "../ci/dispatching.ts";
import { type RunContext, runWorkflow, type WorkflowRun } from "../ci/interpreter.ts";
import { startIssuer } from "../ci/issuer.ts";
import { startForge } from "../forge/index.ts";
import { calcFiles, calcRepository, calcScript, edits, git, slow, title } from "./calc.ts";
import { root, tick } from "./processes.ts";
import { openStage, type Stage } from "./stage.ts";

/** Ends the action in the middle of its first job of this kind, as a cancelled workflow or a lost machine. */
const cutIn = (kind: string, signal: NodeJS.Signals): Partial<RunContext> => ({
  started: async (_job, child, output) => {
    while (child.exitCode === null && !output().includes(`::group::${kind} `)) await tick();
    child.kill(signal);
  },
});

test("where a run was cut off the next one goes on, and a gate that fails is shown", async () => {
  await ensureAction(root);
  const attempt = { red: [edits.red], green: [slow("one"), edits.cache], fix: [edits.green] };
  const script = calcScript({ delayMs: 150, develop: { "1": { attempts: [attempt] } } });
  await using stage = await openStage({ script, repository: calcRepository });
  await stage.runner.stop();
  const loop = await stage.start(title);
  expect((await dispatched(stage, loop)).outputs).toMatchObject({ status: "needs you" });
  await stage.decide(loop, "approve");

  const lost = await dispatched(stage, loop, cutIn("develop", "SIGKILL"));
  expect([lost.exitCode, lost.outputs, lost.summary]).toEqual([null, {}, ""]);
  const cancelled = await dispatched(stage, loop, cutIn("develop", "SIGTERM"));
  expect([cancelled.exitCode, cancelled.outputs]).toMatchObject([0, { "waits-for": "machine" }]);
  expect(cancelled.log.shown).toContain("told to end");

  const last = await dispatched(stage, loop);
  expect([last.exitCode, last.outputs]).toMatchObject([0, { status: "needs you", "waits-for": "person" }]);
  expect(last.log.groups.map((group) => group.split(" ")[0])).toEqual([
    ...["develop", "verify", "develop", "verify", "publish", "verify"],
  ]);
  // The gate that failed on a clean checkout is said at its place in the code.
  expect(last.log.annotations).toEqual([
    {
      level: "error",
      properties: { title: "gate test", file: "test/trap.test.js", line: "7" },
      message: expect.stringContaining("has no slow code"),
    },
  ]);
  expect(last.summary).toMatch(/\| develop \| done \| .*\n\| verify \| done \| .*\n\| publish \| done \|/);
  const { branch } = await stage.view(loop);
  expect(git(stage.repository, "show", `${branch}:src/calc.js`)).toContain("a * b");

  // Nobody waited for a lease to run out, and the cut runs cost the loop no attempt.
  const events = await stage.events(loop);
  const leases = events.filter(({ type }) => type === "LeaseLost" || type === "LeaseGranted");
  expect(leases.map(({ type }) => type).slice(2, 7)).toEqual([
    ...["LeaseGranted", "LeaseLost", "LeaseGranted", "LeaseLost", "LeaseGranted"],
  ]);
  expect(events.filter(({ type }) => type === "GateFailed")).toHaveLength(1);
});

/**
 * GitHub's workflow on a loop of plain Git: each of its jobs has a ticket in the place of the platform's
 * token, because the platform knows nothing of that loop.
 */
async function github(stage: Stage, loop: string): Promise<WorkflowRun> {
  const tickets = { work: await ticketFor(stage, loop), push: await ticketFor(stage, loop) };
  const inputs = { loop, correlation: correlation() };
  const env = (job: string) => ({ TAMMA_RUN_TOKEN: tickets[job as keyof typeof tickets] });
  const run = await runWorkflow(template("github.yml"), machine(stage, inputs, { env }));
  expectSecret(run, ...run.steps.map(({ job }) => tickets[job as keyof typeof tickets]));
  return run;
}

test("in GitHub's workflow no machine both runs the code and pushes", async () => {
  await ensureAction(root);
  await using stage = await openStage({ script: calcScript(), repository: calcRepository });
  await stage.runner.stop();
  const loop = await stage.start(title);
  const done: [job: string, kinds: string[]][][] = [];
  for (let runs = 0; runs < 6; runs++) {
    const { jobs, steps } = await github(stage, loop);
    expect(Object.values(jobs)).not.toContain("failure");
    done.push(steps.map(({ job, log }) => [job, log.groups.map((group) => group.split(" ")[0] ?? "")]));
    const { ask } = await stage.view(loop);
    if (ask?.kind === "checkpoint" && ask.checkpoint.kind === "complete") break;
    if (ask !== null) await stage.decide(loop, "approve");
  }
  expect(done).toEqual([
    [["work", ["survey"]]],
    [
      ["work", []],
      ["push", ["open"]],
    ],
    [
      ["work", ["develop", "verify"]],
      ["push", ["publish"]],
    ],
    [["work", ["verify"]]],
  ]);
});

test("a run of GitHub proves itself by its platform's token, or says why it is not let in", async () => {
  await ensureAction(root);
  await using forge = await startForge({ dialect: "github" });
  await using issuer = await startIssuer(forge.url);
  await forge.addRepository({ name: "mia/calc", files: calcFiles });
  await using stage = await openStage({ script: calcScript(), repository: calcRepository });
  await stage.runner.stop();
  const credential = {
    kind: "token",
    token: forge.addToken({ user: "mia", scopes: ["repo", "admin:repo_hook"] }),
  };
  const connection = { id: "work", platform: "github", baseUrl: issuer.url, credential };
  await stage.call("POST", "/api/v1/connections", connection);
  const repository = { connection: "work", name: "mia/calc" };
  const { id } = await stage.call<{ id: string }>("POST", "/api/v1/repositories", repository);
  const claims = {
    ...{ repository: "mia/calc", repository_id: id, run_id: "900", run_attempt: "1" },
    ...{ event_name: "workflow_dispatch", ref: "refs/heads/main" },
    job_workflow_ref: "mia/calc/.github/workflows/tamma.yml@refs/heads/main",
  };
  const run = async (change: object, action = "runner") => {
    const inputs = { loop: `work/${id}/1#1`, correlation: correlation() };
    const idToken = () => issuer.run({ ...claims, ...change });
    const context = machine(stage, inputs, { idToken, action: join(root, action), serverUrl: forge.url });
    const ran = await runWorkflow(template("github.yml"), context);
    expectSecret(ran);
    return ran;
  };
  const said = ({ jobs, steps }: WorkflowRun) => ({ jobs, said: steps[0]?.log.annotations[0]?.message });

  // It is let in, and finds that nobody knows of that loop.
  expect(said(await run({}))).toEqual({
    jobs: { work: "failure", push: "skipped" },
    said: expect.stringMatching(/loops\/.*refused with 404: .*loop/),
  });
  const refused = await run({ event_name: "pull_request" });
  expect(said(refused)).toEqual({
    jobs: { work: "failure", push: "skipped" },
    said: expect.stringContaining('its run was started by "pull_request"'),
  });
  expect(refused.steps[0]?.summary).toContain("not let in");
});
