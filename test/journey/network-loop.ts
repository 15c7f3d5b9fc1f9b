import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { IssueScriptInput } from "../../server/sample/script.ts";
import { calcScript, git, title } from "./calc.ts";
import type { Stage } from "./stage.ts";

/** Issue `n`: a function `times<n>` with its test, apart from those of the other issues. */
export function issueOf(n: number): IssueScriptInput {
  const name = `times${n}`;
  const test = `import assert from "node:assert/strict";
import { test } from "node:test";
import { ${name} } from "../src/${name}.js";

test("${name}", () => {
  assert.equal(${name}(3), ${3 * n});
});
`;
  const red = [{ path: `test/${name}.test.js`, content: test }];
  const green = [{ path: `src/${name}.js`, content: `export const ${name} = (a) => a * ${n};\n` }];
  const [issue] = calcScript({ develop: { "1": { attempts: [{ red, green }] } } }).issues;
  if (!issue) throw new Error("the script has no issue");
  return { ...issue, title: `${title} ${n}` };
}

/** Facts of which a loop without any trouble has exactly one, or as many as their partner. */
const once = ["LoopStarted", "PlanProposed", "BranchCreated", "PullRequestOpened", "PatchProposed"] as const;
const onceToo = ["CodePushed", "ReviewSubmitted", "Merged"] as const;

/**
 * Nothing was lost and nothing happened twice: events without a gap, the chain whole, every body whole, each
 * job finished once, each turn settled once, one commit on the default branch, and the log in order.
 */
export async function expectNothingLostOrDoubled(stage: Stage, loop: string, n: number): Promise<void> {
  const events = await stage.events(loop);
  expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
  const count = (type: string) => events.filter((event) => event.type === type).length;
  for (const type of [...once, ...onceToo]) expect(count(type), type).toBe(1);
  expect(count("GateFailed")).toBe(0);
  expect(count("TurnSettled"), "turns that were settled").toBe(count("TurnReserved"));
  const finished = events.filter((event) => event.type === "JobFinished").map((event) => event.payload.job);
  expect(new Set(finished).size, "jobs that ended twice").toBe(finished.length);

  const path = `/api/v1/loops/${encodeURIComponent(loop)}`;
  expect(await stage.call("GET", `${path}/verify`)).toMatchObject({ ok: true, events: events.length });
  const proposed = events.find((event) => event.type === "PatchProposed")?.payload.patch as PatchSeen;
  const diff = Buffer.from(await (await stage.raw("GET", `${path}/diff`)).arrayBuffer());
  expect(createHash("sha256").update(diff).digest("hex")).toBe(proposed.diff.sha256);
  expect(diff.length).toBe(proposed.diff.size);
  await expectLogs(stage, path, finished as string[]);

  const subjects = git(stage.repository, "log", "--format=%s", "main").split("\n");
  const own = subjects.filter((subject) => subject.includes(`times${n}`) || subject.endsWith(` ${n}`));
  expect(own.length, subjects.join("; ")).toBeGreaterThan(0);
  expect(git(stage.repository, "show", `main:src/times${n}.js`)).toContain(`a * ${n}`);
  expect(git(stage.repository, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
}

interface PatchSeen {
  diff: { sha256: string; size: number };
}

/** Every part of the verify job stands in its log once, in order: no chunk was lost, doubled or moved. */
async function expectLogs(stage: Stage, path: string, jobs: readonly string[]): Promise<void> {
  const logs = await Promise.all(
    jobs.map(async (job) => (await stage.raw("GET", `${path}/log?job=${encodeURIComponent(job)}`)).text()),
  );
  const verify = logs.find((log) => log.includes("== build"));
  const parts = verify?.match(/^== \w+$/gm) ?? [];
  expect(parts).toContain("== test");
  expect(new Set(parts).size, verify).toBe(parts.length);
}

/** Approves whatever is asked until the loop is merged; anything else fails with what happened. */
export async function expectMerged(stage: Stage, loop: string): Promise<void> {
  const view = await stage.approveAll(loop);
  if (view.word === "merged") return;
  const lines = (await stage.events(loop)).map((event) => `${event.seq} ${event.type}: ${event.line}`);
  throw new Error(`it is ${view.word}\n${lines.join("\n")}\n${stage.runner.output()}`);
}
