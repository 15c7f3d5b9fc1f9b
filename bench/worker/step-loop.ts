import { DurableObject } from "cloudflare:workers";
import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import type { StepName } from "@tamma/core/domain/loop/pipeline.ts";
import type { Machine } from "@tamma/core/engine/machine.ts";
import { limitedD1Copy } from "../../workers/orchestrator/d1-log.ts";
import { type Drain, drainOf } from "../../workers/orchestrator/drain.ts";
import type { OrchestratorEnv } from "../../workers/orchestrator/env.ts";
import { runsOf } from "../../workers/orchestrator/log-copy.ts";
import { objectHost, type SqlHost } from "../../workers/orchestrator/object-host.ts";
import { d1Outbox } from "../../workers/orchestrator/outbox.ts";
import { type Shell, shellOf } from "../../workers/orchestrator/shell.ts";

/** What happens in a step, as texts: an event each. */
export interface StepTexts {
  step: StepName;
  texts: string[];
}
/** One command of a step. */
interface Advance extends StepTexts {
  type: "Advance";
}
interface Happened {
  type: "Happened";
  step: StepName;
  text: string;
}
interface At {
  step: StepName | null;
}

/** Each step gives its events and wants one thing of the world. Nothing else is decided. */
const steps: Machine<Advance, Happened, At> = {
  initial: { step: null },
  version: 1,
  decide: ({ step, texts }) => texts.map((text) => ({ type: "Happened", step, text })),
  evolve: (_at, { step }) => ({ step }),
  react: ({ step }) => ({
    effects: step === null ? [] : [{ kind: "touch", key: `touch:${step}` }],
    timers: step === null ? [] : [{ key: "total-time", timer: "total-time", due: 8_640_000_000_000_000 }],
  }),
  upcast: ({ payload }) => ({ type: "Happened", step: payload.step as StepName, text: String(payload.text) }),
  stepOf: ({ step }) => step,
};

const actor = { kind: "runner", id: "r-hand" } as const;

/** Runs of a loop of 14 steps: the production log, engine, drain and outbox, and rules that cost nothing. */
export class StepLoop extends DurableObject<OrchestratorEnv> {
  readonly #host: SqlHost;
  readonly #shell: Shell<Advance, Happened, At>;
  readonly #drain: Drain;
  readonly #changed: () => void;

  constructor(ctx: DurableObjectState, env: OrchestratorEnv) {
    super(ctx, env);
    const host = objectHost(ctx, env, { name: "steps", steps: [] });
    const keepAlive = (promise: Promise<unknown>) => ctx.waitUntil(promise);
    const { after, end } = host;
    const clock = { now: () => host.clock.now(), fraction: () => host.chance.fraction(), after, end };
    const outbox = d1Outbox(limitedD1Copy(env.DB), host.store, () => runsOf(ctx.id.name ?? ""), clock);
    this.#host = host;
    this.#shell = shellOf(steps, host);
    this.#drain = drainOf(
      {
        store: host.store,
        now: clock.now,
        fireTimers: (at) => void host.store.dueTimers(at),
        // The world answers at once and keeps nothing.
        perform: async ({ stream, key }) => host.store.settleEffect(stream, key, "done", ""),
        nextWake: outbox.nextAt,
        setAlarm: host.setAlarm,
        ...(host.isArmed ? { isArmed: host.isArmed } : {}),
      },
      keepAlive,
    );
    this.#changed = () => {
      this.#drain.kick();
      keepAlive(Promise.resolve().then(() => outbox.flushSoon()));
    };
  }

  override async alarm(): Promise<void> {
    this.#drain.kick();
  }

  /** One command with its events; answered once it is on disk. */
  async advance(loop: string, { step, texts }: StepTexts): Promise<number> {
    const stream: StreamRef = { kind: "loop", id: loop };
    return this.#shell.together(() => {
      const command: Advance = { type: "Advance", step, texts };
      const request = { stream, command, commandId: `advance:${step}`, actor, correlationId: loop };
      const { answer } = this.#shell.handle(request);
      this.#changed();
      return answer.seq;
    });
  }

  /** All steps without a call for each: one begins when the one before is on disk, and `pauseMs` later. */
  async take(loop: string, steps: readonly StepTexts[], pauseMs = 0): Promise<null> {
    for (const step of steps) {
      await this.advance(loop, step);
      await this.ctx.storage.sync();
      if (pauseMs > 0) await scheduler.wait(pauseMs);
    }
    return this.idle();
  }

  /**
   * After a kill: performs what was left and takes the next step; answered once that is on disk. False: there
   * is none.
   */
  async resume(loop: string, steps: readonly StepTexts[]): Promise<boolean> {
    const { state } = this.#shell.load({ kind: "loop", id: loop });
    const next = steps[steps.findIndex(({ step }) => step === state.step) + 1];
    if (next) await this.advance(loop, next);
    else this.#drain.kick();
    await this.ctx.storage.sync();
    return next !== undefined;
  }

  /** When the last effect is done. */
  async idle(): Promise<null> {
    await this.#drain.idle();
    return null;
  }

  async copying(): Promise<{ waiting: number }> {
    return { waiting: this.#host.store.unflushedCount() };
  }

  async bytes(): Promise<number> {
    return this.#host.sql.databaseSize;
  }
}
