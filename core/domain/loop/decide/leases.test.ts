import { expect, test } from "vitest";
import type { LoopCommand } from "../commands.ts";
import type { JobResult } from "../jobs.ts";
import { factsOf, foreignPush, jobOf, leased, result } from "../testing/commands.ts";
import { sha } from "../testing/samples.ts";
import { drive, given, loopDoing, send, started } from "../testing/scenario.ts";
import { gateOfJob } from "./lease.ts";

const open = () => loopDoing("plan", "job");
const lease = (job: string, runner = "laptop"): LoopCommand => ({ type: "LeaseJob", job, runner });
const stopped: JobResult = { kind: "survey", result: { outcome: "stopped", reason: "told to end" } };

test("a lease comes with the next fence", () => {
  const { loop } = given(open())
    .when(lease(jobOf(open()).id))
    .then("LeaseGranted");
  expect(jobOf(loop)).toMatchObject({ fence: 1, runner: "laptop" });
});

test("a job is leased to one runner", () => {
  const held = leased("survey");
  given(held)
    .when(lease(jobOf(held).id, "other"))
    .thenRefused("job-not-open");
  given(held).when(lease("local/calc/7#1~j99")).thenRefused("job-not-open");
  given(loopDoing("plan", "model")).when(lease("local/calc/7#1~j1")).thenRefused("job-not-open");
});

test("a job that waits for its time is not given out before", () => {
  const developing = leased("develop");
  const until = factsOf(developing).now + 60_000;
  const error = { kind: "limit", message: "429", retryAt: until };
  const { loop } = given(developing)
    .when(result(developing, { kind: "develop", result: { outcome: "provider", error } }))
    .then("JobFinished", "ModelPostponed", "JobQueued");
  expect(jobOf(loop).notBefore).toBe(until);
  const early = () => send(loop, lease(jobOf(loop).id), until - 1);
  expect(early).toThrow(expect.objectContaining({ code: "job-not-open" }));
  expect(jobOf(send(loop, lease(jobOf(loop).id), until).loop).runner).not.toBeNull();
});

test("a lost lease gives the same job out again under a higher fence", () => {
  const held = leased("survey");
  const { id: job, fence } = jobOf(held);
  const lost = given(held).when({ type: "ExpireLease", job, fence }).then("LeaseLost");
  const again = given(lost.loop).when(lease(job, "other")).then("LeaseGranted");
  expect(jobOf(again.loop)).toMatchObject({ id: job, fence: fence + 1, runner: "other", leasesLost: 1 });
  given(again.loop).when({ type: "ExpireLease", job, fence }).thenRefused("fence-old");
  given(again.loop).when(result(held, stopped)).thenRefused("fence-old");
});

test("the third lost lease of one job is a failed attempt: a crash gives no free tries", () => {
  let loop = started();
  for (let n = 1; n <= 2; n += 1) {
    loop = leased("survey", loop);
    const { id: job, fence } = jobOf(loop);
    loop = given(loop).when({ type: "ExpireLease", job, fence }).then("LeaseLost").loop;
  }
  loop = leased("survey", loop);
  const { id: job, fence } = jobOf(loop);
  const third = given(loop)
    .when({ type: "ExpireLease", job, fence })
    .then("LeaseLost", "JobDropped", "GateFailed", "RetryScheduled", "AttemptStarted", "JobQueued");
  expect(factsOf(third.loop).attempts.plan.failed).toBe(1);
  expect(jobOf(third.loop)).toMatchObject({ fence: 0, leasesLost: 0 });
  expect(jobOf(leased("survey", third.loop)).fence).toBe(fence + 1);
});

test("six lost leases in a row are the same failure twice, and escalate", () => {
  let loop = started();
  for (let n = 1; n <= 6; n += 1) {
    loop = leased("survey", loop);
    const { id: job, fence } = jobOf(loop);
    loop = send(loop, { type: "ExpireLease", job, fence }).loop;
  }
  expect(loop).toMatchObject({ state: "escalated", card: { gate: "plan" } });
});

test("a runner that is told to end gives its job back, and that does not count", () => {
  const held = leased("survey");
  const { loop } = given(held).when(result(held, stopped)).then("LeaseLost");
  expect(jobOf(loop)).toMatchObject({ runner: null, leasesLost: 0 });
});

test("a result of another kind than the job is refused", () => {
  const held = leased("survey");
  const wrong: JobResult = { kind: "open", result: { outcome: "stopped", reason: "" } };
  given(held).when(result(held, wrong)).thenRefused("wrong-result");
});

test("a result is taken once", () => {
  const held = leased("open");
  const opened = { outcome: "done", base: sha("b"), head: sha("1") } as const;
  const report = result(held, { kind: "open", result: opened });
  const { loop } = given(held).when(report).then("JobFinished", "BranchCreated", "CallRequested");
  given(loop).when(report).thenRefused("fence-old");
});

test("a job whose work is not wanted any more has a void fence", () => {
  const held = leased("develop");
  const moved = send(held, foreignPush(held, sha("e"))).loop;
  const late = result(held, { kind: "develop", result: { outcome: "stopped", reason: "" } });
  given(moved).when(late).thenRefused("fence-old");
});

test("every kind of job pays at one gate", () => {
  const base = jobOf(open());
  const gates = (["survey", "open", "develop", "verify", "publish", "rebase", "merge"] as const).map((kind) =>
    gateOfJob({ ...base, kind }),
  );
  expect(gates).toEqual(["plan", "push", "implement", "build", "push", "merge", "merge"]);
  expect(gateOfJob({ ...base, kind: "verify", purpose: "ci" })).toBe("ci");
});

test("a dropped job stays dropped when its lease expires later", () => {
  const held = leased("develop");
  const { id: job, fence } = jobOf(held);
  const moved = send(held, foreignPush(held, sha("e"))).loop;
  given(moved).when({ type: "ExpireLease", job, fence }).thenRefused("fence-old");
  expect(drive(moved, (one) => one.state === "ended")).toMatchObject({ outcome: "merged" });
});
