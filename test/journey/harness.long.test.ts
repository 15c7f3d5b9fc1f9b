import { expect, test } from "vitest";
import { isFalse, isLost, type Played, playAll } from "../harness/play.ts";
import { tasks } from "../harness/tasks.ts";

/** A busy machine needs half a minute for a loop with retries. */
const patienceMs = 300_000;
const [plain, commonJs, , buildFails] = tasks;

async function played(plays: Parameters<typeof playAll>[0]): Promise<Played[]> {
  const all: Played[] = [];
  await playAll(plays, (one) => all.push(one), patienceMs);
  return all;
}

test("an engineer who is always right loses nothing", { timeout: 3 * patienceMs }, async () => {
  if (!plain || !commonJs) throw new Error("there are tasks");
  const right = [true, true, true, true];
  const all = await played([plain, commonJs].map((task) => ({ task, p: 1, right })));
  expect(all.map((one) => [one.word, one.merged, one.why])).toEqual([
    ["merged", true, ""],
    ["merged", true, ""],
  ]);
});

test("right in the last attempt is enough, and never right is never merged", {
  timeout: 3 * patienceMs,
}, async () => {
  if (!plain || !buildFails) throw new Error("there are tasks");
  const all = await played([
    { task: buildFails, p: 0.3, right: [false, false, false, true] },
    { task: plain, p: 0.3, right: [false, false, false, false] },
  ]);
  expect(all.map((one) => [one.word, one.merged, one.why])).toEqual([
    ["merged", true, ""],
    ["escalated", false, ""],
  ]);
  expect([all.some(isLost), all.some(isFalse)]).toEqual([false, false]);
});
