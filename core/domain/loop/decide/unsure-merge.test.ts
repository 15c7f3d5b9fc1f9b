import { expect, test } from "vitest";
import type { JobResultOf } from "../jobs.ts";
import type { Loop } from "../state.ts";
import {
  commented,
  factsOf,
  foreignPush,
  jobOf,
  leased,
  outcomeOf,
  resolve,
  result,
} from "../testing/commands.ts";
import { sha } from "../testing/samples.ts";
import { drive, given, send } from "../testing/scenario.ts";

/** The runner of the merge vanishes as often as it takes until the attempt has failed. */
function lostThrice(loop: Loop): Loop {
  let now = loop;
  for (let n = 1; n <= 3; n += 1) {
    now = leased("merge", now);
    const { id: job, fence } = jobOf(now);
    now = send(now, { type: "ExpireLease", job, fence }).loop;
  }
  return now;
}

const answered = (loop: Loop, answer: JobResultOf<"merge">): Loop =>
  send(loop, result(loop, { kind: "merge", result: answer })).loop;

const evidence = { summary: "the line was cut", fingerprint: "cut", excerpt: "", log: null };

test("a merge whose runners were lost is looked for again before a comment is answered", () => {
  const talked = send(leased("merge"), commented("t1")).loop;
  const again = lostThrice(talked);
  expect(jobOf(again)).toMatchObject({ kind: "merge", runner: null, fence: 0 });
  expect(factsOf(again).attempts.merge.failed).toBe(1);
  // The same for one that comes now, although no runner has this job yet.
  given(again).when(commented("t2")).then("ThreadOpened");
  const found = answered(leased("merge", again), { outcome: "done", sha: sha("f") });
  expect(outcomeOf(found)).toBe("merged");
});

test("a runner that failed may have merged before it did", () => {
  const talked = send(leased("merge"), commented("t1")).loop;
  expect(jobOf(answered(talked, { outcome: "failed", evidence }))).toMatchObject({ kind: "merge" });
});

test("whoever gives the merge back may have merged as well", () => {
  const talked = send(leased("merge"), commented("t1")).loop;
  const back = answered(talked, { outcome: "stopped", reason: "told to end" });
  given(back).when(commented("t2")).then("ThreadOpened");
});

test("once a runner looked and it is not merged, the comment comes first", () => {
  const talked = send(leased("merge"), commented("t1")).loop;
  const moved = answered(talked, { outcome: "base-moved", base: sha("c") });
  const addressing = drive(moved, (one) => one.state === "active" && one.step === "address");
  expect(factsOf(addressing).threads).toMatchObject([{ id: "t1", reply: null }]);
});

test("a retry, and a person who took over and pushed nothing, first find out as well", () => {
  let escalated = send(leased("merge"), commented("t1")).loop;
  while (escalated.state === "active") escalated = lostThrice(escalated);
  expect(escalated).toMatchObject({ state: "escalated", card: { gate: "merge" } });
  const retried = drive(send(escalated, resolve(escalated, "retry")).loop, isMergeJob);
  expect(jobOf(retried)).toMatchObject({ kind: "merge" });
  const taken = send(escalated, resolve(escalated, "take-over")).loop;
  const by = factsOf(taken).requester;
  const back = drive(send(taken, { type: "ClearObstacle", by }).loop, isMergeJob);
  expect(jobOf(back)).toMatchObject({ kind: "merge" });
});

test("a head that somebody pushed since is another one: it is verified", () => {
  const again = lostThrice(leased("merge"));
  const waits = drive(
    answered(leased("merge", again), { outcome: "head-moved", head: sha("e") }),
    () => true,
  );
  expect(jobOf(waits)).toMatchObject({ kind: "verify", purpose: "take-over" });
  expect(() => send(waits, foreignPush(waits, sha("e")))).not.toThrow();
});

const isMergeJob = (loop: Loop): boolean =>
  loop.state === "active" && loop.doing.kind === "job" && loop.doing.job.kind === "merge";
