import { DurableObject } from "cloudflare:workers";
import { verifyChain } from "@tamma/core/domain/audit/chain.ts";
import type { Machine } from "@tamma/core/engine/machine.ts";
import { sha256Hex } from "../../workers/orchestrator/cipher.ts";
import { d1Copy } from "../../workers/orchestrator/d1-log.ts";
import type { OrchestratorEnv } from "../../workers/orchestrator/env.ts";
import { exactly } from "../../workers/orchestrator/log-copy.ts";
import { type ObjectHost, objectHost } from "../../workers/orchestrator/object-host.ts";
import { d1Outbox } from "../../workers/orchestrator/outbox.ts";
import { type Shell, shellOf } from "../../workers/orchestrator/shell.ts";

interface Note {
  type: "Noted";
  text: string;
}

/** The least that can be decided: the cost is that of engine, chain, cipher and store. */
const notes: Machine<Note, Note, number> = {
  initial: 0,
  version: 1,
  decide: (command) => [command],
  evolve: (count) => count + 1,
  react: () => ({ effects: [], timers: [] }),
  upcast: (envelope) => ({ type: "Noted", text: String(envelope.payload.text) }),
  stepOf: () => null,
};

/** An object with the log, the engine and the outbox of the real ones, and rules that cost nothing. */
export class BenchLog extends DurableObject<OrchestratorEnv> {
  readonly #host: ObjectHost;
  readonly #shell: Shell<Note, Note, number>;

  constructor(ctx: DurableObjectState, env: OrchestratorEnv) {
    super(ctx, env);
    this.#host = objectHost(ctx, env, { name: "bench", steps: [] });
    this.#shell = shellOf(notes, this.#host);
  }

  /** One command, one event, one transaction; answered once it is on disk. */
  async append(name: string, commandId: string, text: string): Promise<number> {
    const stream = { kind: "loop", id: name } as const;
    const actor = { kind: "system", id: "bench" } as const;
    const command: Note = { type: "Noted", text };
    return this.#shell.handle({ stream, command, commandId, actor, correlationId: name }).answer.seq;
  }

  /** The way here and back, without any work. */
  async nothing(): Promise<number> {
    return 0;
  }

  /** The number of events by folding all of them anew. */
  async state(name: string): Promise<number> {
    return this.#shell.at({ kind: "loop", id: name }, Number.MAX_SAFE_INTEGER).state;
  }

  /** Checks the chain of the whole record. */
  async verify(name: string): Promise<number> {
    const { store } = this.#host;
    const report = verifyChain(store.read({ kind: "loop", id: name }, 0, Number.MAX_SAFE_INTEGER), sha256Hex);
    if (!report.ok) throw new Error(`the chain is broken: ${report.problem}`);
    return report.events;
  }

  /** Copies all that D1 does not have yet. */
  async flush(name: string): Promise<null> {
    const { clock, chance, store, after, end } = this.#host;
    const when = { now: () => clock.now(), fraction: () => chance.fraction(), after, end };
    await d1Outbox(d1Copy(this.env.DB), store, () => exactly(name), when).flush();
    if (store.unflushed(1).length > 0) throw new Error("D1 did not take all rows");
    return null;
  }
}
