import { firstDifference } from "@tamma/core/domain/audit/same-run.ts";
import { expect, test } from "vitest";
import { createSample } from "../../server/sample/create.ts";
import { sampleIssues } from "../../server/sample/issues.ts";
import { sampleScript } from "../../server/sample/sample-script.ts";
import { playLoop, readEvents, sampleEvents, sampleTape, startTape } from "./taped-loop.ts";

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
