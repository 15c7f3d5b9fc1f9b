import { applyD1Migrations, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ScriptedProvider, scriptedProvider } from "./scripted-provider.ts";
import {
  accepted,
  asked,
  caller,
  enrolled,
  eventually,
  goodAnswers,
  goodResult,
  nextJob,
  orchestrator,
  repository,
  start,
  testMigrations,
} from "./world.ts";

let provider: ScriptedProvider;
beforeAll(async () => {
  await applyD1Migrations(env.DB, testMigrations());
  provider = scriptedProvider({ ...goodAnswers });
});
afterAll(() => provider.restore());

const hourMs = 60 * 60_000;

type Sleeper = ReturnType<typeof env.ISSUE_LOOP.get>;
const loopObject = (loop: string) =>
  env.ISSUE_LOOP.get(env.ISSUE_LOOP.idFromName(loop.slice(0, loop.indexOf("#"))));
const coordinator = (id: string) =>
  // Both have an alarm, which is all that is asked of them here.
  env.REPO_COORDINATOR.get(env.REPO_COORDINATOR.idFromName(`plain-git/${id}`)) as unknown as Sleeper;

/** What the platform does half a minute after the last effect: its object has left memory long before. */
async function ring(object: Sleeper): Promise<void> {
  await evictDurableObject(object);
  await runInDurableObject(object, (instance) => instance.alarm());
}

/** In how many milliseconds the object wakes; null: it does not. */
async function wakesIn(object: Sleeper) {
  const at = await runInDurableObject(object, (_instance, { storage }) => storage.getAlarm());
  return at === null ? null : at - Date.now();
}

test("a loop that waits for a person sleeps until the reminder, its repository until asked", async () => {
  const { runner } = await enrolled();
  const id = await repository();
  const loop = await start(id);
  const job = await nextJob(runner, loop);
  await accepted(
    orchestrator.result(runner, job.job, { fence: job.fence, result: await goodResult(runner, job) }),
  );
  await asked(loop, "checkpoint");
  await ring(loopObject(loop));
  await eventually(async () => expect(await wakesIn(loopObject(loop))).toBeGreaterThan(hourMs));
  await ring(coordinator(id));
  await eventually(async () => expect(await wakesIn(coordinator(id))).toBe(null));
});

test("a loop that has ended does not wake any more", async () => {
  const loop = await start(await repository());
  await accepted(orchestrator.cancelLoop(caller(), loop, "not now"));
  await ring(loopObject(loop));
  await eventually(async () => expect(await wakesIn(loopObject(loop))).toBe(null));
});
