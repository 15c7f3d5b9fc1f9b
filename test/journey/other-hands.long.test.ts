import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LoopList } from "@tamma/core/protocol/rest.ts";
import { expect, test } from "vitest";
import { approveDesign, atCompletion, loopPath } from "./asked.ts";
import { calcRepository, calcScript, edits, git, slow, title } from "./calc.ts";
import { openStage, type Stage } from "./stage.ts";

/** A person's commit on the loop's branch, pushed from a clone of their own. */
function pushToBranch(stage: Stage, branch: string, path: string, text: string): string {
  const clone = join(stage.folder, "clone-of-mia");
  git(stage.folder, "clone", "--quiet", "--branch", branch, stage.repository, clone);
  writeFileSync(join(clone, path), text);
  git(clone, "add", "-A");
  git(clone, "commit", "--quiet", "-m", "A change by hand");
  git(clone, "push", "--quiet", "origin", branch);
  return git(clone, "rev-parse", "HEAD");
}

test("an approval goes stale when somebody moves the head", async () => {
  await using stage = await openStage({ script: calcScript(), repository: calcRepository });
  const loop = await stage.start(title);
  await approveDesign(stage, loop);
  const asked = await stage.until(loop, atCompletion);
  if (asked.ask?.kind !== "checkpoint") throw new Error("no checkpoint is open");
  const { id, subject } = asked.ask.checkpoint;
  const head = pushToBranch(stage, asked.branch as string, "NOTES.md", "notes\n");
  const again = await stage.until(loop, (view) => view.head === head && atCompletion(view));

  const path = `${loopPath(loop)}/checkpoints/${encodeURIComponent(id)}`;
  const late = await stage.raw("POST", path, { subject, decision: "approve" });
  expect(late.status).toBe(409);
  expect(again.risk.map((item) => item.kind)).not.toContain("secret");
  expect((await stage.approveAll(loop)).word).toBe("merged");
  expect(git(stage.repository, "show", "main:NOTES.md")).toBe("notes");
});

test("a person takes over after an escalation by pushing", async () => {
  const attempts = [
    { red: [edits.red], green: [slow("alpha"), edits.cache] },
    { fix: [slow("alpha"), edits.cache] },
  ];
  const script = calcScript({ develop: { "1": { attempts } } });
  await using stage = await openStage({ script, repository: calcRepository });
  const loop = await stage.start(title);
  const stuck = await stage.approveAll(loop);
  if (stuck.ask?.kind !== "escalation") throw new Error(`no escalation is open: ${stuck.word}`);
  const { escalation } = stuck.ask.card;
  const choose = `${loopPath(loop)}/escalations/${encodeURIComponent(escalation)}`;
  await stage.call("POST", choose, { choice: "take-over" });
  const { path, content } = edits.green;
  const head = pushToBranch(stage, stuck.branch as string, path, content);
  const asked = await stage.until(loop, (view) => view.head === head && atCompletion(view));
  expect(asked.risk.map((item) => item.kind)).toContain("unproven-tests");
  expect((await stage.approveAll(loop)).word).toBe("merged");
});

test("a default branch that moved on is taken in before the merge, and the approval holds", async () => {
  await using stage = await openStage({ script: calcScript(), repository: calcRepository });
  const loop = await stage.start(title);
  await approveDesign(stage, loop);
  await stage.until(loop, atCompletion);
  writeFileSync(join(stage.repository, "OTHER.md"), "meanwhile\n");
  git(stage.repository, "add", "-A");
  git(stage.repository, "commit", "--quiet", "-m", "Meanwhile");
  await stage.decide(loop, "approve");
  const end = await stage.until(loop, (view) => view.endedAt !== null || view.ask !== null);
  expect(end.word).toBe("merged");
  const seen = (await stage.events(loop)).map((event) => event.type);
  expect(seen).toEqual(expect.arrayContaining(["BaseMoved", "PatchRebased", "ApprovalCarriedOver"]));
  expect(git(stage.repository, "show", "main:OTHER.md")).toBe("meanwhile");
  expect(git(stage.repository, "show", "main:src/calc.js")).toContain("a * b");
  const { loops } = await stage.call<LoopList>("GET", "/api/v1/loops?state=all");
  expect(loops.map((one) => one.word)).toEqual(["merged"]);
});

test("a dirty working tree is never touched: the loop waits at merge for a person", async () => {
  await using stage = await openStage({ script: calcScript(), repository: calcRepository });
  const loop = await stage.start(title);
  await approveDesign(stage, loop);
  await stage.until(loop, atCompletion);
  writeFileSync(join(stage.repository, "src/calc.js"), "// my own work\n");
  await stage.decide(loop, "approve");
  const asked = await stage.until(loop, (view) => view.ask?.kind === "obstacle");
  expect(asked.ask?.kind === "obstacle" && asked.ask.obstacle.what).toContain("src/calc.js");
  expect(git(stage.repository, "diff", "--name-only")).toBe("src/calc.js");
  git(stage.repository, "checkout", "--quiet", "--", "src/calc.js");
  await stage.call("POST", `${loopPath(loop)}/retry`);
  expect((await stage.approveAll(loop)).word).toBe("merged");
});
