import type { Effect, Reaction, TimerName } from "../effects.ts";
import { react } from "../react.ts";
import type { Loop } from "../state.ts";
import type { Ledger } from "./ledger.ts";
import { describeLoop } from "./scenario.ts";
import type { Told } from "./told.ts";

/**
 * Invariant 4. A loop at rest has ended, or something is pending that brings it on: an effect whose answer it
 * gets, or a deadline where only others can bring it on. Who has to act is told so.
 */
export function restLaws(loop: Loop, ledger: Ledger): string[] {
  if (loop.state === "not-started") return [];
  const reaction = wanted(loop);
  const broken = [
    ...keyLaws(reaction),
    ...toldLaws(loop, reaction),
    ...(loop.state === "ended" ? [] : pendingLaws(loop, reaction)),
  ];
  const wants = (kind: Effect["kind"]) => reaction.effects.some((one) => one.kind === kind);
  for (const need of needs(loop)) {
    const has =
      "effect" in need ? wants(need.effect) : reaction.timers.some((one) => one.timer === need.timer);
    if (!has) broken.push(`${"effect" in need ? need.effect : `the timer ${need.timer}`} is missing`);
  }
  const deadlines = reaction.timers.filter((one) => one.timer === "turn-deadline").length;
  if (deadlines !== Object.keys(ledger.money.reserved).length) broken.push("a reserved turn has no deadline");
  if (!ledger.slotHeld && !asksForSlot(loop) && !wants("release-slot"))
    broken.push("the slot is never given back");
  if (ledger.turns > 0 && !needsTurn(loop, ledger) && !wants("release-merge-turn"))
    broken.push("the merge turn is never given back");
  for (const effect of reaction.effects)
    if (effect.kind === "release-merge-turn" && effect.turn !== ledger.turn)
      broken.push("another merge turn is given back than the loop had");
  for (const thread of loop.facts.threads)
    if (thread.reply !== null && !reaction.effects.some((one) => one.key === `reply:${thread.id}`))
      broken.push("an answer is never posted");
  const where = describeLoop(loop);
  return broken.map((what) => `${what} at ${where}`);
}

/** Each state is looked at for the step to it, at rest, and for every step from it. */
const reactions = new WeakMap<Loop, Reaction>();

function wanted(loop: Loop): Reaction {
  const known = reactions.get(loop) ?? react(loop);
  reactions.set(loop, known);
  return known;
}

function keyLaws({ effects, timers }: Reaction): string[] {
  const keys = [...effects, ...timers].map((one) => one.key);
  return new Set(keys).size === keys.length ? [] : ["a key is wanted twice"];
}

/** Longer than that people need not wait to see on the platform where a loop stands; named here again. */
const toldMsMax = 30_000;

/**
 * The sticky comment is wanted once, for what the loop does now: at once where a person acts next or none any
 * more, else soon after it began.
 */
function toldLaws(loop: Exclude<Loop, { state: "not-started" }>, { effects }: Reaction): string[] {
  const told = effects.filter((one) => one.kind === "sticky-comment");
  if (told.length !== 1) return [`${told.length} sticky comments are wanted`];
  const due = told[0]?.notBefore ?? null;
  const asks = effects.some(({ kind }) => kind === "notice");
  const isChecks = loop.state === "active" && loop.doing.kind === "checks";
  if (due !== null && asks && !isChecks) return ["a person is asked, and the sticky comment says it later"];
  if (due !== null && (loop.state !== "active" || loop.step === "assign"))
    return ["a beginning or an end is told later"];
  return due !== null && due > loop.facts.now + toldMsMax ? ["where the loop stands is told too late"] : [];
}

function pendingLaws(loop: Exclude<Loop, { state: "not-started" }>, { effects, timers }: Reaction): string[] {
  const mainLine = effects.some((one) => one.kind === "call" || one.kind === "ask-model");
  const wakes = timers.some((one) => one.timer !== "total-time");
  const broken = mainLine || wakes ? [] : ["nothing is pending"];
  const { startedAt } = loop.facts;
  const age = timers.find((one) => one.timer === "total-time");
  if (age && age.due - startedAt > totalMsMax) broken.push("the loop may grow older than it may");
  return broken;
}

/** Two weeks; named here again, so that a wrong limit is seen. */
const totalMsMax = 14 * 24 * 60 * 60_000;

type Need = { effect: Effect["kind"] } | { timer: TimerName };

const checksWait: readonly Need[] = [
  { effect: "ask-checks" },
  { timer: "checks-deadline" },
  { timer: "checks-again" },
];

/** What a state must want. A wait for others has a deadline, a person is told, an end is cleaned up. */
function needs(loop: Exclude<Loop, { state: "not-started" }>): Need[] {
  const { settings, pullRequest } = loop.facts;
  const shown = settings.merges === "platform" && pullRequest !== null;
  return [...waitNeeds(loop), ...(shown ? [{ effect: "report-status" } as const] : [])];
}

function waitNeeds(loop: Exclude<Loop, { state: "not-started" }>): Need[] {
  const person: Need[] = [{ effect: "notice" }, { timer: "expire-wait" }];
  if (loop.state === "ended") {
    const own: Need[] = [{ effect: "notice" }, { effect: "sticky-comment" }, { effect: "release-slot" }];
    const platform = loop.facts.settings.merges === "platform";
    const rest = platform ? ({ effect: "delete-branch" } as const) : ({ effect: "record-merge" } as const);
    if (loop.outcome === "merged") return [...own, rest, { effect: "close-issue" }];
    return loop.facts.pullRequest ? [...own, { effect: "close-pull-request" }] : own;
  }
  const always: Need[] = [{ effect: "sticky-comment" }, { timer: "total-time" }];
  if (loop.state === "escalated") return [...always, ...person];
  switch (loop.doing.kind) {
    case "call":
      return [...always, { effect: "call" }];
    case "model":
      return [...always, { effect: "ask-model" }];
    case "job":
      return loop.doing.job.runner === null
        ? [...always, { effect: "offer-job" }, { timer: "runner-deadline" }]
        : [...always, { timer: "lease" }];
    case "checkpoint":
    case "questions":
    case "obstacle":
      return [...always, ...person];
    case "checks":
      return [...always, ...checksWait];
    case "deciding":
      return always;
    default:
      return loop.doing satisfies never;
  }
}

const asksForSlot = (loop: Loop): boolean =>
  loop.state === "active" && loop.doing.kind === "call" && loop.doing.call === "request-slot";

/** The turn is needed from its grant to the merge; who waits for a person or works anew gives it back. */
function needsTurn(loop: Exclude<Loop, { state: "not-started" }>, { turnHeld }: Ledger): boolean {
  return turnHeld && loop.state === "active";
}

/** These end what the loop waits for; a reminder does not, a lease has rows of its own, a turn is money. */
const deadlines: readonly TimerName[] = ["expire-wait", "runner-deadline", "checks-deadline", "total-time"];

/** A deadline ends the wait, an old timer changes nothing, and a wait's end does not move away. */
export function timerLaws({ command, events, before, after }: Told): string[] {
  const broken: string[] = [];
  const was = wanted(before).timers;
  if (command?.type === "FireTimer") {
    const open = was.some((one) => one.key === command.key);
    if (!open && events.length > 0) broken.push("an old timer counted");
    if (open && deadlines.includes(command.timer) && after.state === "active")
      broken.push(`${command.timer} fired and the loop waits on`);
  }
  for (const { key, timer, due } of wanted(after).timers) {
    const moved = was.some((one) => one.key === key && one.due < due);
    if (moved && deadlines.includes(timer)) broken.push(`${timer} moved away`);
  }
  return broken;
}
