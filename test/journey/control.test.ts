import { expect, test } from "vitest";
import { approveDesign, loopPath } from "./asked.ts";
import { calcRepository, calcScript, git, title } from "./calc.ts";
import { openStage } from "./stage.ts";

test("a cancelled loop stops its runner in the middle of develop and changes nothing on main", async () => {
  const script = calcScript();
  await using stage = await openStage({
    script: { issues: script.issues.map((issue) => ({ ...issue, delayMs: 1_500 })) },
    repository: calcRepository,
  });
  const before = git(stage.repository, "rev-parse", "main");
  const loop = await stage.start(title);
  await approveDesign(stage, loop);
  await stage.until(loop, (view) => view.job?.kind === "develop" && view.job.runner !== null);
  await stage.call("POST", `${loopPath(loop)}/cancel`, { reason: "not now" });
  expect((await stage.view(loop)).word).toBe("cancelled");
  // The runner hears it with its next heartbeat and is free for other work.
  await expect
    .poll(() => stage.runner.output(), { timeout: 5_000, interval: 100 })
    .toMatch(/develop for #1: void/);
  expect(git(stage.repository, "rev-parse", "main")).toBe(before);
});

test("a loop that would spend more than its budget escalates before the turn", async () => {
  await using stage = await openStage({
    script: calcScript(),
    repository: calcRepository,
    config: { budget: 0.001 },
    model: "claude-sonnet-4-5",
  });
  const loop = await stage.start(title);
  const stuck = await stage.until(loop, (view) => view.word === "escalated");
  expect(stuck.ask?.kind === "escalation" && stuck.ask.card.what).toContain("budget");
  expect(stuck.budget.spent).toBeLessThanOrEqual(1_000);
});
