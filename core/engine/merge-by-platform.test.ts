import { expect, test } from "vitest";
import type { Effect } from "../domain/loop/effects.ts";
import { react } from "../domain/loop/react.ts";
import type { Loop } from "../domain/loop/state.ts";
import { drive, send, started } from "../domain/loop/testing/scenario.ts";
import type { MergeOutcome } from "../domain/platform/merging.ts";
import {
  type CiHost,
  type CodeHost,
  type MergeRequest,
  type Platform,
  PlatformError,
} from "../ports/platform.ts";
import { type LoopPorts, perform } from "./perform.ts";

const hosted = { checks: "platform", merges: "platform", mergeMethod: "squash" } as const;
const isMerging = (loop: Loop) =>
  loop.state === "active" && loop.doing.kind === "call" && loop.doing.call === "merge";
const merging = () => drive(started(hosted), isMerging);

/** A platform that answers to merges as it is told, and keeps what it was asked for. */
function platform(answer: () => MergeOutcome) {
  const asked: MergeRequest[] = [];
  const deleted: string[][] = [];
  const codeHost: Partial<CodeHost> = {
    merge: async (_, how) => {
      asked.push(how);
      return answer();
    },
    deleteBranch: async (...branch) => void deleted.push(branch),
  };
  const statuses: string[] = [];
  const ci: Partial<CiHost> = {
    reportStatus: async (sha, name, { state }) => void statuses.push(`${sha} ${name} ${state}`),
  };
  const ports = { platform: async () => ({ codeHost, ci }) as unknown as Platform } as LoopPorts;
  return { asked, deleted, statuses, ci, ports };
}

function wanted(loop: Loop, kind: Effect["kind"]): Effect {
  const found = react(loop).effects.find((effect) => effect.kind === kind);
  if (!found) throw new Error(`the loop does not want ${kind}`);
  return found;
}

test("the platform is told the approved head, the proven base, the method and the words", async () => {
  const loop = merging();
  const { asked, ports } = platform(() => ({ state: "merged", sha: "a".repeat(40) }));
  const done = await perform(wanted(loop, "call"), loop, ports);
  expect(done).toMatchObject({
    ended: "done",
    command: { type: "ReportMerge", outcome: { state: "merged" } },
  });
  const { facts } = loop as Extract<Loop, { state: "active" }>;
  expect(asked).toEqual([
    {
      ...{ method: "squash", head: facts.head, base: facts.base, queued: false },
      ...{ title: "Round half up (#1)", message: "Closes #7." },
    },
  ]);
});

test("words that an issue smuggles into its title order nothing in the merge's commit", async () => {
  const loop = structuredClone(merging()) as Extract<Loop, { state: "active" }>;
  loop.facts.issue.title = "fixes #1 [skip ci]\ncc @ann";
  const { asked, ports } = platform(() => ({ state: "queued" }));
  await perform(wanted(loop, "call"), loop, ports);
  expect(asked[0]?.title).toBe("fixes issue 1 (#1)");
});

test("a queue is asked again after a pause, and knows that it was asked before", async () => {
  const loop = merging();
  const { asked, ports, statuses } = platform(() => ({ state: "queued" }));
  const done = await perform(wanted(loop, "call"), loop, ports);
  if (done.ended !== "waits") throw new Error(done.ended);
  expect(done.pauseMs).toBeGreaterThan(0);
  const waits = send(loop, done.command).loop;
  await perform(wanted(waits, "call"), waits, ports);
  expect(statuses).toHaveLength(1);
  expect(asked.map(({ queued }) => queued)).toEqual([false, true]);
});

test("Tamma's own status, which a rule may require, is said first, if it can be", async () => {
  const loop = merging() as Extract<Loop, { state: "active" }>;
  const merged = { state: "merged", sha: "a".repeat(40) } as const;
  const { ports, statuses, ci } = platform(() => {
    expect(statuses).toEqual([`${loop.facts.head} tamma passed`]);
    return merged;
  });
  expect(await perform(wanted(loop, "call"), loop, ports)).toMatchObject({ command: { outcome: merged } });
  ci.reportStatus = async () => {
    throw new PlatformError({ kind: "forbidden", operation: "reportStatus", message: "no" });
  };
  statuses.splice(0, 1, `${loop.facts.head} tamma passed`);
  expect(await perform(wanted(loop, "call"), loop, ports)).toMatchObject({ command: { outcome: merged } });
});

test("no answer is asked for again, and what a platform cannot do is given up", async () => {
  const loop = merging();
  const failing = (kind: PlatformError["kind"]) =>
    platform(() => {
      throw new PlatformError({ kind, operation: "merge", message: "no" });
    }).ports;
  const effect = wanted(loop, "call");
  expect(await perform(effect, loop, failing("conflict"))).toMatchObject({ ended: "again" });
  expect(await perform(effect, loop, failing("forbidden"))).toMatchObject({ ended: "failed" });
});

test("after the merge the loop's own branch is deleted at the merged head, and no other", async () => {
  const end = drive(merging(), (loop) => loop.state === "ended");
  const own = platform(() => ({ state: "queued" }));
  await perform(wanted(end, "delete-branch"), end, own.ports);
  if (end.state !== "ended") throw new Error(end.state);
  expect(own.deleted).toEqual([["tamma/7-round-half-up", end.facts.head]]);
  const other = { ...end, facts: { ...end.facts, branch: "main" } };
  const { deleted, ports } = platform(() => ({ state: "queued" }));
  expect(await perform(wanted(end, "delete-branch"), other, ports)).toMatchObject({ ended: "done" });
  expect(deleted).toEqual([]);
});
