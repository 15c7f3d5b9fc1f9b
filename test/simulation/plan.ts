import { type Level, levels } from "@tamma/core/domain/loop/work.ts";
import { Dice } from "./dice.ts";
import { type FaultKind, faultKinds } from "./fault-kinds.ts";
import type { TreeTruth } from "./git.ts";

/** All that a seed decides before anything happens. */
export interface Plan {
  seed: number;
  items: number;
  slots: number;
  level: Level;
  preApprove: ("design" | "complete")[];
  confirm: boolean;
  autoNext: boolean;
  onEscalation: "hold" | "release";
  budgetUsd: number;
  /** `own`: plain Git, whose issues and pull requests our coordinator keeps. `other`: checks of its own. */
  platform: "own" | "other";
  /** Worker and objects live and die together, as under server/. */
  oneProcess: boolean;
  /** How long an object that is at nothing stays in memory, in milliseconds. */
  forgetsAfterMs: number;
  runners: number;
  /** Everybody is at the keyboard: issues come together and people answer within seconds, so loops meet. */
  rush: boolean;
  /** How likely one attempt of the engineer passes one gate. */
  skill: number;
  /** The one gate that an attempt can fail; null: any of them. */
  weakGate: TreeTruth | null;
  /** How likely the model asks, finds something, or answers with what cannot be used. */
  modelMoods: { asks: number; blocks: number; notes: number };
  /** How likely people say no, comment, push, cancel. */
  peopleMoods: { change: number; reject: number; comment: number; cancel: number; abandon: number };
  rates: Partial<Record<FaultKind, number>>;
  /** Only these faults, by name (`object-crash:2`); null: as they come. */
  only: ReadonlySet<string> | null;
  /** From then on the world is fair, in milliseconds from the start. */
  calmAfterMs: number;
  /** Seal with the real SHA-256; most seeds use a fast sum of the same form. */
  realHash: boolean;
}

const hourMs = 60 * 60_000;

/** How often a fault strikes when it is on, per occasion. */
const usual: Record<FaultKind, number> = {
  "object-crash": 0.004,
  "process-crash": 0.0015,
  "request-lost": 0.02,
  "answer-lost": 0.02,
  "request-doubled": 0.03,
  late: 0.02,
  "alarm-lost": 0.1,
  "alarm-doubled": 0.1,
  "d1-down": 0.001,
  "write-refused": 0.02,
  "provider-limit": 0.1,
  "provider-overloaded": 0.1,
  "provider-garbage": 0.08,
  "provider-cut": 0.08,
  "provider-hours": 0.05,
  "runner-vanishes": 0.03,
  "runner-zombie": 0.03,
  "checks-silent": 0.2,
  "person-silent": 0.1,
  "person-doubles": 0.2,
  "foreign-push": 0.01,
  "two-instances": 0.004,
  restore: 0.001,
  "clock-jump": 0.002,
};

/** The open runtime's ten seconds, and the lower end of what Cloudflare names for its own. */
const forgetsAfterMs = [10_000, 70_000, 70_000, 70_000] as const;

/** Where everybody is at the keyboard, somebody also pushes. */
const rushPushes = 0.03;

/** Every so many seeds one is calm, and one is sealed as in production. */
const calmEvery = 10;
const realHashEvery = 16;

export function planOf(seed: number): Plan {
  const plan = quietPlan(seed);
  // Its own dice leave all other seeds as they are.
  const rush = seed % calmEvery !== 0 && new Dice(seed, "rush").chance(0.1);
  const rates = { ...plan.rates, "foreign-push": rushPushes };
  return rush ? { ...plan, rush, items: 3, slots: 3, skill: 1, rates } : plan;
}

function quietPlan(seed: number): Plan {
  const dice = new Dice(seed, "plan");
  const calm = seed % calmEvery === 0;
  const platform = dice.chance(0.3) ? "other" : "own";
  const level = dice.pick(platform === "other" ? levels : firstThree);
  const kinds = calm ? [] : faultKinds.filter(() => dice.chance(0.3));
  // Some seeds are stormy: crashes hide behind crashes.
  const force = dice.pick([0.5, 1, 1, 2]);
  return {
    seed,
    items: dice.pick([1, 1, 1, 1, 1, 2, 2, 3]),
    slots: dice.pick([1, 1, 2, 3]),
    level,
    preApprove: dice.chance(0.4) ? ["design", "complete"] : [],
    confirm: dice.chance(0.15),
    autoNext: dice.chance(0.3),
    onEscalation: dice.chance(0.5) ? "release" : "hold",
    budgetUsd: dice.pick([5, 5, 5, 0.02, 0.1]),
    platform,
    oneProcess: dice.chance(0.5),
    forgetsAfterMs: new Dice(seed, "forget").pick(forgetsAfterMs),
    runners: dice.between(1, 2),
    skill: calm ? 1 : dice.pick([1, 0.97, 0.9, 0.8]),
    weakGate: null,
    modelMoods: calm ? noMoods.model : { asks: 0.2, blocks: 0.1, notes: 0.3 },
    peopleMoods: calm ? noMoods.people : moodsOf(dice),
    rates: Object.fromEntries(kinds.map((kind) => [kind, Math.min(0.5, usual[kind] * force)])),
    only: null,
    calmAfterMs: hourMs * dice.pick([1, 6, 48, 200]),
    realHash: seed % realHashEvery === 0,
    rush: false,
  };
}

const firstThree = [levels[0], levels[1], levels[2]] as const;

/** A model that only answers, and people who only agree. */
export const noMoods = {
  model: { asks: 0, blocks: 0, notes: 0 },
  people: { change: 0, reject: 0, comment: 0, cancel: 0, abandon: 0 },
};

function moodsOf(dice: Dice): Plan["peopleMoods"] {
  return { change: 0.1, reject: 0.06, comment: 0.05, cancel: dice.pick([0, 0, 0.01]), abandon: 0.35 };
}
