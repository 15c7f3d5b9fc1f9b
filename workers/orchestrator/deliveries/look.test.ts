import type { LoopCommand } from "@tamma/core/domain/loop/commands.ts";
import { expect, test } from "vitest";
import type { LoopRow } from "../objects.ts";
import { lookAtPullRequest } from "./look.ts";
import type { Stage } from "./stage.ts";

const tamma = { id: "9", login: "tamma-bot", bot: true };

/** A pull request that is merged by now; what its loop was told by a look. */
async function toldOfMerge(inList: string, inLoop: string): Promise<LoopCommand[]> {
  const told: LoopCommand[] = [];
  const row = { active: true, pullRequest: 2, summary: { id: "work/1/5#1", step: inList } } as LoopRow;
  const stage = {
    account: tamma,
    occasion: "look",
    repository: { connection: "work" },
    ports: {
      loops: () => [row],
      unqueue: async () => false,
      loopAt: () => ({
        view: async () => ({ ok: true, value: { step: inLoop, endedAt: null } }),
        command: async (_loop: string, command: LoopCommand) => {
          told.push(command);
          return { ok: true };
        },
      }),
    },
    platform: { reading: { pullRequest: async () => ({ state: "merged", mergedBy: tamma }) } },
  } as unknown as Stage;
  await lookAtPullRequest(stage, 2, null);
  return told;
}

test("a merge that the loop itself asked for is no foreign one, however late its note is", async () => {
  expect(await toldOfMerge("complete", "merge")).toEqual([]);
  expect(await toldOfMerge("merge", "merge")).toEqual([]);
});

test("a merge before the loop got there ends it", async () => {
  expect(await toldOfMerge("review", "complete")).toMatchObject([
    { type: "CancelLoop", reason: "pull request 2 was merged without Tamma by tamma-bot" },
  ]);
});
