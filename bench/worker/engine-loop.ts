import type { JobResult } from "@tamma/core/domain/loop/jobs.ts";
import type { LeaseResponse } from "@tamma/core/protocol/runner.ts";
import type { OrchestratorEnv } from "../../workers/orchestrator/env.ts";
import { IssueLoop } from "../../workers/orchestrator/issue-loop.ts";
import type { StartClaim } from "../../workers/orchestrator/objects.ts";
import type { Answer } from "../../workers/rpc.ts";
import { type Said, trivialNeighbours } from "./trivial-neighbours.ts";

/** What the loop wants of somebody outside. */
export type Wanted =
  | { wants: "job"; lease: LeaseResponse }
  | { wants: "decision"; checkpoint: string; subject: string }
  | { wants: "nothing" };

/** What the hand needs of the object. */
export interface EngineRpc {
  start(claim: StartClaim): Promise<Answer<null>>;
  wanted(loop: string, runner: string): Promise<Wanted>;
  report(job: string, runner: string, fence: number, result: JobResult): Promise<void>;
  approve(loop: string, checkpoint: string, subject: string): Promise<void>;
}

const person = { kind: "person", id: "ann", authenticated: "local-token", ip: null } as const;

/**
 * The production loop with neighbours that cost nothing. `wanted` is what a runner's long poll and a look at
 * the page are to the real one: it waits until the loop has a job or a question, then leases or shows it.
 */
export class EngineLoop extends IssueLoop implements EngineRpc {
  readonly #asks: ReturnType<typeof asks>;

  constructor(ctx: DurableObjectState, env: OrchestratorEnv) {
    const heard = asks();
    let grant: (loop: string, turn: string) => Promise<void> = async () => {};
    super(
      ctx,
      trivialNeighbours(env, { said: heard.put, grantMergeTurn: (loop, turn) => grant(loop, turn) }),
    );
    this.#asks = heard;
    const actor = { kind: "system", id: "coordinator" } as const;
    grant = async (loop, turn) => {
      await this.command(loop, { type: "GrantMergeTurn", turn }, turn, actor);
    };
  }

  async wanted(loop: string, runner: string): Promise<Wanted> {
    const said = await this.#asks.take(loop);
    switch (said.says) {
      case "ended":
        return { wants: "nothing" };
      case "job": {
        const grant = answerOf(await this.lease(loop, said.job, { runner, instance: "hand", received: [] }));
        if (grant.state !== "granted") throw new Error(`${said.job} is held by somebody else`);
        return { wants: "job", lease: grant.lease };
      }
      case "checkpoint": {
        const { ask } = answerOf(await this.view(loop));
        if (ask?.kind !== "checkpoint") throw new Error("no checkpoint is open");
        return { wants: "decision", checkpoint: ask.checkpoint.id, subject: ask.checkpoint.subject };
      }
      default:
        return said satisfies never;
    }
  }

  async report(job: string, runner: string, fence: number, result: JobResult): Promise<void> {
    answerOf(await this.result(job, runner, fence, result));
  }

  async approve(loop: string, checkpoint: string, subject: string): Promise<void> {
    const decision = { type: "DecideCheckpoint", checkpoint, subject, decision: "approve" } as const;
    const command = { ...decision, option: null, text: "", by: person, via: "api" } as const;
    answerOf(await this.command(loop, command, `decide:${checkpoint}`, person));
  }

  /** Bytes on disk of this object, for the figure per loop. */
  async bytes(): Promise<number> {
    return this.ctx.storage.sql.databaseSize;
  }
}

function answerOf<T>(answer: Answer<T>): T {
  if (answer.ok) return answer.value;
  throw new Error(`refused: ${answer.refusal.code}: ${answer.refusal.message}`);
}

/** What each loop said and nobody took yet. */
function asks() {
  const waiting = new Map<string, Said[]>();
  const takers = new Map<string, (said: Said) => void>();
  return {
    put: (loop: string, said: Said) => {
      const taker = takers.get(loop);
      takers.delete(loop);
      if (taker) taker(said);
      else waiting.set(loop, [...(waiting.get(loop) ?? []), said]);
    },
    take: async (loop: string): Promise<Said> => {
      const [first, ...rest] = waiting.get(loop) ?? [];
      waiting.set(loop, rest);
      return first ?? new Promise<Said>((resolve) => takers.set(loop, resolve));
    },
  };
}
