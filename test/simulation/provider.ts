import type { Provider, TurnEvent } from "@tamma/core/ports/provider.ts";
import type { TurnError } from "@tamma/core/protocol/model-turn.ts";
import type { Dice } from "./dice.ts";
import type { Faults } from "./faults.ts";
import type { Truth } from "./git.ts";
import type { Kernel, Life } from "./kernel.ts";
import type { Plan } from "./plan.ts";

/** What a request is about; stands in its system text, where the scripted provider reads it. */
export type Asked =
  | { task: "plan"; answered: boolean }
  | { task: "design" }
  | { task: "review"; tree: string }
  | { task: "develop" };

const usage = { inputTokens: 40, outputTokens: 300, cacheReadTokens: 0, cacheWriteTokens: 0 };
/** Dollars per token x 10^12, as price lists have them. */
const price = { input: 3_000_000, output: 15_000_000, cacheRead: 300_000, cacheWrite: 3_750_000 };
const hourMs = 60 * 60_000;

/** The provider's side of every turn: what it says, and how it fails. */
export class ScriptedProvider {
  /** Turns that it was asked for, with what they cost; the bill that only the provider knows. */
  readonly #kernel: Kernel;
  readonly #faults: Faults;
  readonly #dice: Dice;
  readonly #moods: Plan["modelMoods"];
  readonly #truthOf: (tree: string) => Truth;

  constructor(
    world: { kernel: Kernel; faults: Faults; dice: Dice; plan: Plan },
    truthOf: (tree: string) => Truth,
  ) {
    this.#kernel = world.kernel;
    this.#faults = world.faults;
    this.#dice = world.dice;
    this.#moods = world.plan.modelMoods;
    this.#truthOf = truthOf;
  }

  /** @param wall the clock by which it names times */
  portFor(life: Life, wall: () => number): Provider {
    return {
      facts: () => ({ provider: "scripted", model: "m", contextTokensMax: 100_000, price, label: null }),
      check: async () => null,
      turn: (request, signal) => this.#turn(JSON.parse(request.system) as Asked, signal, life, wall),
    };
  }

  async *#turn(asked: Asked, signal: AbortSignal, life: Life, wall: () => number): AsyncGenerator<TurnEvent> {
    const dice = this.#dice;
    await this.#kernel.sleep(dice.between(50, 3_000), life);
    if (signal.aborted) return yield failed("stopped", null, null);
    const { task } = asked;
    if (this.#strikes("provider-hours", task))
      return yield failed("limit", wall() + dice.between(1, 8) * hourMs, null);
    if (this.#strikes("provider-limit", task))
      return yield failed("limit", wall() + dice.between(1, 90_000), null);
    if (this.#strikes("provider-overloaded", task)) return yield failed("transient", null, null);
    if (this.#strikes("provider-cut", task)) {
      yield { type: "text", text: "{" };
      return yield failed("transient", null, dice.chance(0.5) ? usage : null);
    }
    if (this.#strikes("provider-garbage", task)) {
      if (dice.chance(0.5)) return yield failed("garbage", null, usage);
      return yield answer(`I would rather talk about the weather (${dice.between(1, 9)}).`);
    }
    yield answer(JSON.stringify(this.#says(asked)));
  }

  #strikes(kind: Parameters<Faults["strike"]>[0], task: string): boolean {
    return this.#faults.strike(kind, "provider", task);
  }

  #says(asked: Asked): unknown {
    switch (asked.task) {
      case "plan":
        return !asked.answered && this.#dice.chance(this.#moods.asks) ? askingPlan : plan;
      case "design":
        return design;
      case "review":
        return this.#review(asked.tree);
      case "develop":
        return {};
      default:
        return asked satisfies never;
    }
  }

  #review(tree: string): unknown {
    const findings: unknown[] = [];
    const bad = this.#truthOf(tree).review;
    const place = { path: "src/round.ts", line: 3, detail: "see there", suggestion: "" };
    if (bad) findings.push({ ...place, severity: "blocking", title: bad });
    else if (this.#dice.chance(this.#moods.notes))
      findings.push({ ...place, severity: "note", title: "a name" });
    return { summary: "read", findings };
  }
}

function answer(text: string): TurnEvent {
  return { type: "answer", answer: { content: [{ type: "text", text }], finish: "stop", usage, model: "m" } };
}

function failed(kind: TurnError["kind"], retryAt: number | null, paid: typeof usage | null): TurnEvent {
  const error = { kind, message: `the provider: ${kind}`, status: null, retryAt, requestId: null };
  return { type: "error", error, usage: paid };
}

const plan = {
  ...{ kind: "bug", summary: "halves round up", complexity: 10, ambiguity: 5, questions: [] },
  steps: ["write a failing test", "change the rounding", "look at the callers"],
  ...{ files: ["src/round.ts"], research: [], needsTests: true, noTestReason: "", turnsLow: 4, turnsHigh: 9 },
};
const question = { id: "q1", question: "Up or even?", why: "both are usual", suggested: "up" };
const askingPlan = { ...plan, ambiguity: 80, questions: [question] };
const option = (id: string) => ({
  ...{ id, title: `option ${id}`, approach: `like ${id}`, pros: ["short"], cons: ["rigid"], complexity: 10 },
  ...{ testStrategy: "one table", risk: "callers" },
});
const design = { options: [option("1"), option("2")], recommended: "1", rationale: "it is simpler" };
