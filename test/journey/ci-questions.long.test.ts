import { expect, test } from "vitest";
import { ensureAction } from "../../scripts/build/action.ts";
import { dispatched } from "../ci/dispatching.ts";
import { calcRepository, calcScript, git, title } from "./calc.ts";
import { root } from "./processes.ts";
import { openStage } from "./stage.ts";

test("runs of the action take a loop from one question to the next, and say where to answer", async () => {
  await ensureAction(root);
  await using stage = await openStage({ script: calcScript(), repository: calcRepository });
  await stage.runner.stop();
  const loop = await stage.start(title);
  const url = `${stage.url}/app/loops/${encodeURIComponent(loop)}`;
  const waiting = { "loop-id": loop, status: "needs you", "waits-for": "person", url };

  const first = await dispatched(stage, loop);
  expect([first.exitCode, first.outputs]).toEqual([0, waiting]);
  expect(first.log.groups).toEqual([`survey for #1 ${title}`]);
  expect(first.log.shown).toContain(
    "Question: Which design shall be built?\n  option 1 (recommended): Option 1",
  );
  expect(first.log.shown).toContain(`Answer at ${url}`);
  expect(first.summary).toContain(`**needs you** · 2 of 14 steps done · [open the loop](${url})`);
  expect(first.summary).toContain(`> **Which design shall be built?**`);
  expect(first.summary).toContain(`[Answer here](${url})`);
  expect(first.summary).toMatch(/\| survey \| done \| \d+ s \|/);

  await stage.decide(loop, "approve");
  const second = await dispatched(stage, loop);
  expect([second.exitCode, second.outputs]).toEqual([0, waiting]);
  expect(second.log.groups.map((group) => group.split(" ")[0])).toEqual([
    ...["open", "develop", "verify", "publish", "verify"],
  ]);
  expect(second.log.shown).toContain("Question: Merge this pull request?");
  expect(second.log.annotations).toEqual([]);
  const { branch } = await stage.view(loop);
  expect(git(stage.repository, "show", `${branch}:src/calc.js`)).toContain("a * b");
});
