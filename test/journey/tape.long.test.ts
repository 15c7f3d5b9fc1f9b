import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { firstDifference } from "@tamma/core/domain/audit/same-run.ts";
import { afterAll, expect, test } from "vitest";
import { createSample } from "../../server/sample/create.ts";
import { sampleIssues } from "../../server/sample/issues.ts";
import { sampleScript } from "../../server/sample/sample-script.ts";
import { startEngineer } from "../sample/start-engineer.ts";
import { calcRepository, calcScript, title } from "./calc.ts";
import { playLoop, readEvents, sampleEvents, sampleTape, startTape } from "./taped-loop.ts";

/** Two whole loops, one after the other, on a machine that does other things too. */
const twoLoopsMs = 300_000;
const folder = mkdtempSync(join(tmpdir(), "tamma-tape-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a loop that is recorded now gives the same events when it is replayed", {
  timeout: twoLoopsMs,
}, async () => {
  const file = join(folder, "calc.tape.jsonl");
  const work = { script: calcScript(), repository: calcRepository, title, body: "We need it." };
  await using engineer = await startEngineer({
    script: { input: work.script, file: join(folder, "script.json") },
  });
  const recorder = await startTape(["record", "--file", file, "--upstream", engineer.url]);
  const first = await playLoop(recorder.url, work);
  const recorded = await recorder.stop();
  expect(recorded.tally).toMatchObject({ left: 0, recorded: 0, scripted: recorded.tally.taped });
  expect(readFileSync(file, "utf8")).not.toContain(folder);

  const player = await startTape(["replay", "--file", file]);
  const second = await playLoop(player.url, work);
  const replayed = await player.stop();
  expect(replayed.tally, replayed.output).toMatchObject({
    served: recorded.tally.taped,
    missed: 0,
    unused: 0,
  });
  expect(firstDifference(first.events, second.events)).toBeNull();
  expect([first.word, second.word]).toEqual(["merged", "merged"]);
});

const anew = "after a change of prompts, tools or events that is meant: npm run tape:record";

test("the golden tape gives the same loop on a fresh state folder and a fresh sample", async () => {
  const [issue] = sampleIssues;
  if (!issue) throw new Error("the sample has no issue");
  const tape = await startTape(["replay", "--file", sampleTape]);
  const { title, body } = issue;
  const loop = await playLoop(tape.url, { script: sampleScript, repository: createSample, title, body });
  const { code, tally, output } = await tape.stop();
  expect(tally, `${anew}\n${output}`).toMatchObject({ missed: 0, unused: 0 });
  expect(code).toBe(0);
  expect(firstDifference(readEvents(sampleEvents), loop.events), anew).toBeNull();
  expect(loop.word).toBe("merged");
  // And from its own record, without any provider, runner or repository.
  expect(loop.rerun).toMatchObject({ same: true, events: loop.events.length, taken: 0, difference: null });
});
