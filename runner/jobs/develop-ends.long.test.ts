import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DevelopRig, done, finish, newTest, redAndGreen, source, write } from "../testing/develop-script.ts";
import { remove } from "../testing/repository.ts";
import type { ScriptedTurn } from "../testing/scripted.ts";

// Real git and real test runs, a dozen processes each, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

let rig: DevelopRig;
beforeEach(() => {
  rig = new DevelopRig();
});
afterEach(() => remove(rig.folder));

test("an answer that cannot be read is asked for once more", async () => {
  const script = redAndGreen.flatMap((turn): ScriptedTurn[] => [{ error: "garbage" }, turn]);
  const { result } = await rig.develop([...script, { error: "garbage" }, finish()]);
  expect(await rig.contentOf(done(result), "src/math.js")).toContain("exports.sub");
});

test("errors of the provider, a stop and questions end the job as what they are", async () => {
  expect((await rig.develop([{ error: "limit" }])).result).toEqual({
    outcome: "provider",
    error: { kind: "limit", message: "scripted", retryAt: 99 },
  });
  expect((await rig.develop([{ error: "budget" }])).result).toMatchObject({
    outcome: "provider",
    error: { kind: "budget" },
  });
  expect((await rig.develop([{ error: "turn-lost" }, { error: "auth" }])).result).toMatchObject({
    error: { kind: "auth" },
  });
  expect((await rig.develop([{ error: "garbage" }, { error: "garbage" }])).result).toMatchObject({
    error: { kind: "garbage" },
  });
  expect((await rig.develop([{ error: "stopped" }])).result.outcome).toBe("stopped");
  const questions = [{ id: "q1", question: "Which sign?", why: "it differs", suggested: "plus" }];
  expect((await rig.develop([[["ask", { questions }]]])).result).toEqual({ outcome: "question", questions });
});

test("an agent that does nothing, or meets the same wall again and again, is stopped early", async () => {
  const idle = await rig.develop(Array.from({ length: 20 }, () => ({ says: "thinking" })));
  expect(idle.result).toMatchObject({ outcome: "failed", evidence: { fingerprint: "no-progress" } });
  expect(idle.asked.length).toBeLessThan(20);
  const wall: ScriptedTurn[] = [write("test/sub.test.js", newTest), finish()];
  for (let i = 0; i < 5; i++)
    wall.push(write("src/math.js", `${source}// ${i}\n`), [["run", { command: "test" }]]);
  const { result } = await rig.develop(wall);
  expect(result).toMatchObject({ outcome: "failed" });
  expect(result.outcome === "failed" && result.evidence.summary).toMatch(
    /stuck on the same failure 3 times in a row: .*sub is not a function/,
  );
  const turns = await rig.develop([{ says: "a" }, { says: "b" }], { turnsMax: 2 });
  expect(turns.result).toMatchObject({ outcome: "failed", evidence: { fingerprint: "turns:red" } });
});
