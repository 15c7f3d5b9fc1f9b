import { expect } from "vitest";
import { type AskedTurn, faults, type ProviderFault } from "../faults/faulty-provider.ts";
import type { Stage } from "./stage.ts";

/** A fault of the provider at a step, and what becomes of the loop. */
export interface ProviderCase {
  readonly title: string;
  readonly fault: ProviderFault;
  /** The first so many requests of the step meet it; then the provider is well. */
  readonly times: number;
  readonly becomes: Outcome;
}

type Outcome =
  /** The person is asked for the design, as if nothing had been. */
  | { becomes: "asked"; postponed: false }
  /** The loop waits for a time that it shows; it can be cancelled meanwhile. */
  | { becomes: "waiting"; note: RegExp }
  /** A person is told what to do; when he did it, `retry` goes on. */
  | { becomes: "obstacle"; what: RegExp; todo: RegExp }
  /** The loop is escalated with a card that says why. */
  | { becomes: "escalated"; what: RegExp };

const always = 1_000;
const asked = { becomes: "asked", postponed: false } as const;
const { refuse, says } = faults;
const hours = new Date(Date.now() + 5 * 3_600_000).toUTCString();

/** One of each way to end: what `npm test` runs. */
export const shortCases: ProviderCase[] = [
  {
    title: "429 with a short retry-after",
    fault: refuse(429, "rate_limit_error", "slow down", { "retry-after": "1" }),
    ...{ times: 2, becomes: asked },
  },
  {
    title: "529 with a retry-after of hours, as a date",
    fault: refuse(529, "overloaded_error", "Overloaded", { "retry-after": hours }),
    ...{ times: always, becomes: { becomes: "waiting", note: /^asked again at \d{4}-.* UTC: .*Overloaded/ } },
  },
  {
    title: "a wrong key",
    fault: refuse(401, "authentication_error", "invalid x-api-key"),
    ...{ times: 1, becomes: { becomes: "obstacle", what: /invalid x-api-key/, todo: /ANTHROPIC_API_KEY/ } },
  },
  { title: "a web page in place of an answer, once", fault: faults.page, times: 1, becomes: asked },
  {
    title: "a web page in place of every answer",
    fault: faults.page,
    ...{
      times: always,
      becomes: { becomes: "escalated", what: /not a stream of the Messages API.*text\/html/ },
    },
  },
  { title: "no answer at all, twice", fault: faults.mute, times: 2, becomes: asked },
  { title: "an answer without its end, once", fault: faults.noEnd, times: 1, becomes: asked },
  {
    title: "a plan that no repair mends",
    fault: says('{"kind": "feature"}'),
    ...{ times: always, becomes: { becomes: "escalated", what: /no usable plan: .*summary/ } },
  },
];

/** The rest, for `npm run test:all`. */
export const moreCases: ProviderCase[] = [
  {
    title: "a stream of nothing but heartbeats",
    fault: faults.pingsOnly,
    ...{ times: always, becomes: { becomes: "waiting", note: /did not finish its answer within 20 s/ } },
  },
  {
    title: "an error in mid-stream, again and again",
    fault: faults.overloadedInside,
    ...{ times: always, becomes: { becomes: "waiting", note: /in the middle of its answer: Overloaded/ } },
  },
  {
    title: "a connection that breaks in the middle of every answer",
    fault: faults.cut,
    ...{ times: always, becomes: { becomes: "waiting", note: /connection to the provider failed/ } },
  },
  { title: "silence after the head, twice", fault: faults.silentAfterHead, times: 2, becomes: asked },
  { title: "a connection that breaks at once, twice", fault: faults.hangUp, times: 2, becomes: asked },
  { title: "bytes that are no gzip, once", fault: faults.gzipGarbage, times: 1, becomes: asked },
  { title: "503 without a time, twice", fault: refuse(503, "api_error", "busy"), times: 2, becomes: asked },
  { title: "an empty answer, once", fault: says(""), times: 1, becomes: asked },
  { title: "words in place of JSON, once", fault: says("Sure! Here is the plan:"), times: 1, becomes: asked },
  {
    title: "an answer that was cut off, once",
    fault: says('{"kind', "max_tokens"),
    times: 1,
    becomes: asked,
  },
  {
    title: "a tool call where no tool was offered, once",
    fault: faults.calls("run", '{"command":"rm"}'),
    ...{ times: 1, becomes: asked },
  },
  {
    title: "a model that refuses",
    fault: says("I cannot help with that.", "refusal"),
    ...{ times: always, becomes: { becomes: "escalated", what: /the model refused to answer/ } },
  },
  {
    title: "an account without credit",
    fault: refuse(400, "invalid_request_error", "Your credit balance is too low to access the API"),
    ...{ times: 1, becomes: { becomes: "obstacle", what: /credit balance/, todo: /its credit/ } },
  },
  {
    title: "a prompt that is too long",
    fault: refuse(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
    ...{ times: 1, becomes: { becomes: "obstacle", what: /too long/, todo: /larger context/ } },
  },
  {
    title: "a model that does not exist",
    fault: refuse(404, "not_found_error", "model: nobody"),
    ...{ times: 1, becomes: { becomes: "obstacle", what: /model: nobody/, todo: /key, model, address/ } },
  },
  {
    title: "an address that redirects",
    fault: faults.redirect,
    ...{ times: 1, becomes: { becomes: "obstacle", what: /elsewhere\.invalid/, todo: /address/ } },
  },
  {
    title: "a right that is missing",
    fault: refuse(403, "permission_error", "not for this workspace"),
    ...{ times: 1, becomes: { becomes: "obstacle", what: /not for this workspace/, todo: /its rights/ } },
  },
];

/** The faults of the cases, each at the plan of its own issue: issue n is case n - 1. */
export function faultsOf(cases: readonly ProviderCase[]) {
  return ({ issue, step, n }: AskedTurn): ProviderFault | null => {
    const one = cases[issue - 1];
    return one && step === "plan" && n <= one.times ? one.fault : null;
  };
}

/** Follows the loop to what its case says, and shows that it can go on or be stopped from there. */
export async function expectOutcome(stage: Stage, loop: string, { becomes }: ProviderCase): Promise<void> {
  const path = `/api/v1/loops/${encodeURIComponent(loop)}`;
  switch (becomes.becomes) {
    case "asked":
      return expectAsked(stage, loop);
    case "waiting": {
      const view = await stage.until(loop, (now) => now.word === "waiting for time");
      expect(view.steps.find((step) => step.name === "plan")?.note).toMatch(becomes.note);
      await stage.call("POST", `${path}/cancel`, { reason: "enough" });
      await stage.until(loop, (now) => now.word === "cancelled");
      return;
    }
    case "obstacle": {
      const { ask } = await stage.until(loop, (now) => now.ask !== null);
      if (ask?.kind !== "obstacle") throw new Error(`an obstacle was expected, not ${JSON.stringify(ask)}`);
      expect(ask.obstacle.what).toMatch(becomes.what);
      expect(ask.obstacle.todo).toMatch(becomes.todo);
      await stage.call("POST", `${path}/retry`);
      return expectAsked(stage, loop);
    }
    case "escalated": {
      const { ask } = await stage.until(loop, (now) => now.word === "escalated");
      if (ask?.kind !== "escalation") throw new Error(`a card was expected, not ${JSON.stringify(ask)}`);
      expect(ask.card.what).toMatch(becomes.what);
      expect(ask.card.choices).toContain("retry");
      return;
    }
    default:
      return becomes satisfies never;
  }
}

async function expectAsked(stage: Stage, loop: string): Promise<void> {
  const { ask } = await stage.until(loop, (now) => now.ask !== null);
  expect(ask).toMatchObject({ kind: "checkpoint", checkpoint: { kind: "design" } });
}
