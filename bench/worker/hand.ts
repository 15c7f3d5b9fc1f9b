import { stepNames } from "@tamma/core/domain/loop/pipeline.ts";
import type { LoopSettings } from "@tamma/core/domain/loop/work.ts";
import { goodResult } from "../../test/load/good-work.ts";
import type { StartClaim } from "../../workers/orchestrator/objects.ts";
import type { EngineRpc } from "./engine-loop.ts";
import type { StepLoop, StepTexts } from "./step-loop.ts";

const runner = "r-hand";

const settings: LoopSettings = {
  ...{ level: "dev/consultant", confirmAssign: false, preApproved: [], budgetMicroUsdMax: 1_000_000 },
  ...{ onEscalation: "hold", mergeMethod: "merge", checks: "runner", noChecksAreGreen: false },
  ...{ protectedPaths: [], membersMin: 1 },
};

/** A loop has so many events, each with so much text. */
const eventsPerLoop = 60;
const text = "e".repeat(400);

/** The 14 steps, with the events spread over them. */
export function stepsOfLoop(): StepTexts[] {
  const count = stepNames.length;
  return stepNames.map((step, at) => {
    const events = Math.floor(((at + 1) * eventsPerLoop) / count) - Math.floor((at * eventsPerLoop) / count);
    return { step, texts: Array.from({ length: events }, () => text) };
  });
}

/** Takes a loop through its steps, each command a call that is acknowledged; then waits for its effects. */
export async function callSteps(object: StepLoop, loop: string): Promise<void> {
  for (const step of stepsOfLoop()) await object.advance(loop, step);
  await object.idle();
}

/** Takes one loop from its start to its merge: what runners and people would send, one after another. */
export async function driveLoop(object: EngineRpc, loop: string): Promise<void> {
  await object.start(claimOf(loop));
  for (;;) {
    const next = await object.wanted(loop, runner);
    if (next.wants === "nothing") return;
    if (next.wants === "decision") await object.approve(loop, next.checkpoint, next.subject);
    else {
      const { job, fence, spec } = next.lease;
      await object.report(job, runner, fence, await goodResult(spec, named));
    }
  }
}

/** A body that nobody stores. */
async function named(text: string, mediaType: string) {
  return { sha256: "a".repeat(64), size: text.length, mediaType };
}

function claimOf(loop: string): StartClaim {
  const [connection = "", id = "", item = ""] = (loop.split("#")[0] ?? "").split("/");
  const number = Number(item);
  return {
    loop,
    claim: `${loop}~s1`,
    issue: {
      ...{ id: item, number, title: "Round half up", body: "1.5 becomes 1", author: "ann" },
      ...{ mayWrite: true, labels: [], comments: [], url: `/app/repos/${id}/issues/${item}` },
    },
    repository: { connection, id, name: id, url: "/srv/bench", defaultBranch: "main" },
    requester: { kind: "person", id: "ann", authenticated: "local-token", ip: null },
    settings,
  };
}
