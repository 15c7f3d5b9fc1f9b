import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type ScriptedProvider, scriptedProvider } from "./scripted-provider.ts";
import { accepted, asked, caller, enrolled, goodAnswers, orchestrator, repository, start, view, work } from "./world.ts";

let provider: ScriptedProvider;
beforeAll(async () => {
  await applyD1Migrations(env.DB, (env as unknown as { TEST_MIGRATIONS: D1Migration[] }).TEST_MIGRATIONS);
  provider = scriptedProvider({ ...goodAnswers });
});
beforeEach(() => {
  provider.answers = { ...goodAnswers };
});
afterAll(() => provider.restore());

test("a loop goes from the issue through every gate to the merge", async () => {
  const { runner } = await enrolled();
  const id = await repository();
  const loop = await start(id);
  await work(runner, loop, (now) => now.ask?.kind === "checkpoint");
  const design = await asked(loop, "checkpoint");
  expect(design.checkpoint.kind).toBe("design");
  const decision = { decision: "approve", option: "1", text: "" } as const;
  const { id: checkpoint, subject } = design.checkpoint;
  await accepted(orchestrator.decideCheckpoint(caller(), loop, checkpoint, { subject, ...decision }));
  await work(runner, loop, (now) => now.ask?.kind === "checkpoint");
  const complete = await asked(loop, "checkpoint");
  expect(complete.checkpoint.kind).toBe("complete");
  await accepted(
    orchestrator.decideCheckpoint(caller(), loop, complete.checkpoint.id, {
      subject: complete.checkpoint.subject,
      ...decision,
      option: null,
    }),
  );
  const ended = await work(runner, loop, (now) => now.word === "merged");
  expect(ended.steps.every((step) => step.state === "done")).toBe(true);
  expect((await accepted(orchestrator.verifyChain(loop))).ok).toBe(true);
  expect((await view(loop)).mergeSha).toMatch(/^[0-9a-f]{40}$/);
});
