import { createHash } from "node:crypto";
import { commandCatalogue } from "@tamma/core/domain/loop/command-catalogue.ts";
import type { LoopCommand } from "@tamma/core/domain/loop/commands.ts";
import type { TimerName } from "@tamma/core/domain/loop/effects.ts";
import type { Envelope, StreamRef } from "@tamma/core/domain/loop/events.ts";
import { react } from "@tamma/core/domain/loop/react.ts";
import type { Facts, Job, Loop } from "@tamma/core/domain/loop/state.ts";
import { answers, calm } from "@tamma/core/domain/loop/testing/answers.ts";
import { startLoop } from "@tamma/core/domain/loop/testing/samples.ts";
import { describeLoop } from "@tamma/core/domain/loop/testing/scenario.ts";
import type { World } from "@tamma/core/domain/loop/testing/world.ts";
import type { Actor, LoopSettings } from "@tamma/core/domain/loop/work.ts";
import { type FoldCache, type Host, handle } from "@tamma/core/engine/handle.ts";
import type { Machine } from "@tamma/core/engine/machine.ts";
import { loopMachine } from "../../workers/orchestrator/loop-machine.ts";
import { memoryStore } from "../contracts/memory-store.ts";

export const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

/** All histories begin at the same moment: 2026-01-05, 09:00 UTC. */
const beginning = Date.UTC(2026, 0, 5, 9);
const secondMs = 1_000;
/** A history that needs more answers than that goes in circles. */
const answersMax = 300;

/**
 * One stream as it is recorded: commands go through the production `handle`, with a clock and ids that are
 * the same each time.
 */
export class Recording<Command, Event extends { type: string }, State> {
  readonly #machine: Machine<Command, Event, State>;
  readonly #stream: StreamRef;
  readonly #host: Host;
  readonly #cache: FoldCache<State> = new Map();
  #now = beginning;
  #commands = 0;
  #drawn = 0;
  state: State;

  constructor(machine: Machine<Command, Event, State>, stream: StreamRef, name: string) {
    this.#machine = machine;
    this.#stream = stream;
    this.state = machine.initial;
    const bytes = (count: number) => {
      this.#drawn += 1;
      return new Uint8Array(Buffer.from(sha256(`${name} ${this.#drawn}`), "hex").subarray(0, count));
    };
    this.#host = {
      ...{ store: memoryStore(), sha256, clock: { now: () => this.#now } },
      chance: { bytes, fraction: () => 0 },
    };
  }

  /** A second later, or at `at` when that is later still. */
  send(command: Command, actor: Actor, at = 0): void {
    this.#now = Math.max(this.#now + secondMs, at);
    this.#commands += 1;
    this.state = handle(this.#machine, this.#host, this.#cache, {
      ...{ stream: this.#stream, command, actor, commandId: `command-${this.#commands}` },
      correlationId: this.#stream.kind === "loop" ? this.#stream.id : null,
    }).state;
  }

  envelopes(): Envelope[] {
    return this.#host.store.read(this.#stream, 0, Number.MAX_SAFE_INTEGER);
  }
}

/** One loop as it is told: the world answers well, but for what a history says. */
export class Told {
  readonly recording: Recording<LoopCommand, { type: string }, Loop>;
  #turns = 0;
  #pays = 0;

  constructor(name: string, settings: Partial<LoopSettings> = {}) {
    const start = startLoop(settings);
    this.recording = new Recording(loopMachine, { kind: "loop", id: start.loop }, name);
    this.send(start);
  }

  get loop(): Loop {
    return this.recording.state;
  }

  get facts(): Facts {
    if (this.loop.state === "not-started") throw new Error("the loop has no facts before it starts");
    return this.loop.facts;
  }

  /** The job of the loop; fails when it has none. */
  get job(): Job {
    if (this.loop.state === "active" && this.loop.doing.kind === "job") return this.loop.doing.job;
    throw new Error(`no job at ${describeLoop(this.loop)}`);
  }

  send(command: LoopCommand, at = 0): this {
    this.recording.send(command, actorOf(command), at);
    return this;
  }

  /** From now on every answer of a model costs so much. */
  pays(microUsd: number): this {
    this.#pays = microUsd;
    return this;
  }

  /** A turn of a model, answered. */
  turn(cost: number): this {
    const turn = this.reserve(cost + 500);
    const tokens = { inputTokens: 1_200, outputTokens: 90, cacheReadTokens: 1_000, latencyMs: 2_300 };
    const body = { sha256: sha256(turn), size: 400, mediaType: "application/json" };
    return this.send({
      ...{ type: "SettleTurn", turn, outcome: "answered", cost, estimated: false, ...tokens },
      ...{ answer: body, detail: "" },
    });
  }

  /** Asks for a turn of a model that may cost so much; its id. */
  reserve(amount: number): string {
    this.#turns += 1;
    const turn = `${this.facts.loop}~t${this.#turns}`;
    const deadline = this.facts.now + 11 * 60_000;
    this.send({ type: "ReserveTurn", turn, provider: "anthropic", model: "scripted", amount, deadline });
    return turn;
  }

  /** The world says the named things one after another; between them it answers well until it can. */
  say(world: Partial<World>, ...names: string[]): this {
    const given = { ...calm, ...world };
    for (const name of names) {
      const found = () => answers(this.loop, given).find((one) => one.name === name);
      this.until(() => found() !== undefined);
      this.#answer(found()?.command as LoopCommand);
    }
    return this;
  }

  /** Everything goes well until `arrived`. */
  until(arrived: (loop: Loop) => boolean): this {
    for (let n = 0; n < answersMax; n += 1) {
      if (arrived(this.loop)) return this;
      const [good] = answers(this.loop, calm);
      if (!good) break;
      this.#answer(good.command);
    }
    throw new Error(`the history stands at ${describeLoop(this.loop)}`);
  }

  /** Until the loop does `kind` at `step`; a job that is leased counts as "leased". */
  untilDoing(step: string, kind: string): this {
    return this.until((loop) => {
      if (loop.state !== "active" || loop.step !== step) return false;
      const { doing } = loop;
      if (kind === "leased") return doing.kind === "job" && doing.job.runner !== null;
      return doing.kind === kind;
    });
  }

  toEnd(): this {
    return this.until((loop) => loop.state === "ended");
  }

  /** The time of a timer has come. */
  fire(timer: TimerName): this {
    const wanted = react(this.loop).timers.find((one) => one.timer === timer);
    if (!wanted) throw new Error(`nobody wants ${timer} at ${describeLoop(this.loop)}`);
    if (timer !== "lease") return this.send({ type: "FireTimer", key: wanted.key, timer }, wanted.due);
    const { id: job, fence } = this.job;
    return this.send({ type: "ExpireLease", job, fence }, wanted.due);
  }

  /** What was postponed is neither leased nor answered before its time. */
  #notBefore(): number {
    if (this.loop.state !== "active") return 0;
    const { doing } = this.loop;
    return doing.kind === "job" ? doing.job.notBefore : doing.kind === "model" ? doing.notBefore : 0;
  }

  #answer(command: LoopCommand): void {
    const develops = command.type === "ReportJobResult" && command.result.kind === "develop";
    const asked = command.type === "ReportPlan" || command.type === "ReportDesign";
    if (this.#pays > 0 && (develops || asked || command.type === "ReportReview")) this.turn(this.#pays);
    this.send(command, this.#notBefore());
  }
}

/** Who sends a command, as the hosts say it. */
function actorOf(command: LoopCommand): Actor {
  if ("by" in command) return command.by;
  if ("requester" in command) return command.requester;
  if ("author" in command) return command.author;
  switch (commandCatalogue[command.type].from) {
    case "runner":
      return { kind: "runner", id: "laptop" };
    case "model":
      return { kind: "model", id: "scripted" };
    case "platform":
      return { kind: "platform", id: "local" };
    default:
      return { kind: "system", id: "tamma" };
  }
}
