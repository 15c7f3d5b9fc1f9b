import { issuePipeline } from "@tamma/core/domain/loop/pipeline.ts";
import type { ChainReport, Issue } from "@tamma/core/protocol/rest.ts";
import { expect, test } from "vitest";
import { calcRepository, calcScript, git, title } from "./calc.ts";
import { openStage } from "./stage.ts";

test("an issue becomes a merged pull request, with every step on record", async () => {
  await using stage = await openStage({ script: calcScript(), repository: calcRepository });
  const before = git(stage.repository, "rev-parse", "main");
  const loop = await stage.start(title, "We need it.");
  const end = await stage.approveAll(loop);

  expect(end.word).toBe("merged");
  expect(end.steps.map((step) => [step.name, step.state])).toEqual(
    issuePipeline.map((step) => [step.name, "done"]),
  );
  expect(git(stage.repository, "rev-parse", "main")).toBe(end.mergeSha);
  expect(git(stage.repository, "rev-parse", "main^1")).toBe(before);
  expect(git(stage.repository, "status", "--porcelain")).toBe("");
  expect(git(stage.repository, "branch", "--list", "tamma/*")).toBe("");
  expect(git(stage.repository, "show", "main:src/calc.js")).toContain("a * b");

  const chain = await stage.call<ChainReport>("GET", `/api/v1/loops/${encodeURIComponent(loop)}/verify`);
  expect(chain).toMatchObject({ ok: true, brokenAt: null });
  const issue = await stage.call<Issue>("GET", `/api/v1/repositories/${end.repository.id}/issues/1`);
  expect(issue.state).toBe("closed");
});
