import type { Coordinator } from "@tamma/core/ports/coordinator.ts";
import type { PlainGitStore } from "@tamma/core/ports/plain-git-store.ts";
import { goodAnswers } from "../../test/load/good-work.ts";
import type { OrchestratorEnv } from "../../workers/orchestrator/env.ts";
import type { RepoCoordinatorRpc, WorkerRpc } from "../../workers/orchestrator/objects.ts";

/** What a loop says to the outside, as far as somebody has to act on it. */
export type Said = { says: "job"; job: string } | { says: "checkpoint" } | { says: "ended" };

/** Who hears what a loop says, and answers for its repository. */
export interface Ear {
  said(loop: string, what: Said): void;
  grantMergeTurn(loop: string, key: string): Promise<void>;
}

type Near = Coordinator & PlainGitStore & Pick<RepoCoordinatorRpc, "noteLoop">;

/**
 * The bindings of a loop whose neighbours answer at once and keep nothing: no platform, no model, no bodies.
 * What is left is what the loop itself costs.
 */
export function trivialNeighbours(env: OrchestratorEnv, ear: Ear): OrchestratorEnv {
  const near = coordinator(ear);
  const namespace = { idFromName: (name: string) => name, get: () => near };
  return {
    ...env,
    REPO_COORDINATOR: namespace as unknown as DurableObjectNamespace,
    ORCHESTRATOR: model,
    BLOBS: bodies as unknown as R2Bucket,
  };
}

function coordinator(ear: Ear): Near {
  const nothing = async () => {};
  return {
    requestSlot: nothing,
    releaseSlot: nothing,
    requestMergeTurn: (loop, key) => ear.grantMergeTurn(loop, key),
    releaseMergeTurn: nothing,
    offerJob: async (loop, job) => ear.said(loop, { says: "job", job }),
    noteLoop: nothing,
    addLabels: nothing,
    removeLabels: nothing,
    putComment: async (_target, key) => {
      const [loop = "", notice] = key.split(":notice:");
      if (notice?.startsWith("checkpoint")) ear.said(loop, { says: "checkpoint" });
      if (notice === "ended") ear.said(loop, { says: "ended" });
    },
    closeIssue: nothing,
    createIssue: async () => 1,
    openPull: async (pull) => ({ ...pull, number: 2, state: "open", mergeSha: null }),
    updatePull: nothing,
    putReview: nothing,
    putReply: nothing,
    putStatus: nothing,
    listStatuses: async () => [],
  };
}

const usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

const model: WorkerRpc = {
  modelTurn: async (_loop, _turn, { labels }) => {
    const text = JSON.stringify(goodAnswers[labels.step as keyof typeof goodAnswers]);
    return { answer: { content: [{ type: "text", text }], finish: "stop", usage, model: "none" } };
  },
};

/** Every body is there, and none is read. */
const bodies: Pick<R2Bucket, "head" | "get"> = {
  head: async () => ({}) as R2Object,
  get: async () => null,
};
