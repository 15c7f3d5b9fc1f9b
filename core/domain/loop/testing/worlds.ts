import { gateNames } from "../pipeline.ts";
import type { LoopSettings } from "../work.ts";
import type { Trouble, World } from "./world.ts";

/** A world for the walk: what may go wrong in it, and the settings that the loop is started with. */
export interface NamedWorld extends World {
  name: string;
  settings: Partial<LoopSettings>;
}

const world = (
  name: string,
  { failing = [], trouble = [] }: Partial<World>,
  settings: Partial<LoopSettings> = {},
): NamedWorld => ({ name, failing, trouble, settings });

/** One gate fails in every way, with an old or a new failure, as often as it can. */
export const failingWorlds: NamedWorld[] = gateNames.map((gate) =>
  world(`gate ${gate} fails`, { failing: [gate] }),
);

const troubles: Trouble[][] = [
  ["runner-lost", "runner-stops", "zombies"],
  ["head"],
  ["base", "dirty"],
  ["timers"],
  ["late"],
  ["provider", "effects"],
  ["weakened", "reject"],
  ["threads"],
  ["questions", "reject"],
  ["no-run", "runner-lost"],
  ["breaking", "persons"],
  ["forged"],
];

/** Something goes wrong around the gates, at any time and as often as it can. */
export const troubledWorlds: NamedWorld[] = troubles.map((trouble) =>
  world(`trouble: ${trouble.join(", ")}`, { trouble }),
);

/** Two kinds of trouble that meet. */
export const metWorlds: NamedWorld[] = [
  world("build and test fail", { failing: ["build", "test"] }),
  world("merge fails while the base moves", { failing: ["merge"], trouble: ["base"] }),
  world("review blocks while people comment", { failing: ["review"], trouble: ["threads"] }),
  world("test fails while others push", { failing: ["test"], trouble: ["head"] }),
  world("ci fails and runners are lost", { failing: ["ci"], trouble: ["runner-lost"] }),
];

/** A repository on a platform with an API. */
const hosted = { checks: "platform", merges: "platform" } as const;

/** Settings that change what the loop asks for, while a gate fails and people say no. */
export const settingsWorlds: NamedWorld[] = [
  world("all approved ahead", busy(), { level: "dev/autopilot", preApproved: ["design", "complete"] }),
  world("advisor", busy(), { level: "business/advisor" }),
  world("guardian", busy("persons"), { level: "business/guardian" }),
  world("slot given back", busy(), { onEscalation: "release" }),
  world("checks of the platform", busy("checks"), { checks: "platform" }),
  world(
    "the platform merges, and the base moves",
    { failing: ["merge"], trouble: ["base", "queue"] },
    hosted,
  ),
  world("the platform merges while others push", { trouble: ["head", "queue"] }, hosted),
  world("the platform merges while people talk", { trouble: ["threads", "reject", "late"] }, hosted),
  world("the platform merges, or gives no answer", { trouble: ["effects", "timers", "queue"] }, hosted),
  world("paused and taken", { failing: ["test"], trouble: ["pauses", "threads"] }),
  world("paused where the platform merges", { trouble: ["pauses", "head", "base"] }, hosted),
  world("paused without a slot", { failing: ["build"], trouble: ["pauses"] }, { onEscalation: "release" }),
  world("assign is confirmed", busy(), { confirmAssign: true }),
  world(
    "a risky change, all approved ahead",
    { trouble: ["breaking", "weakened", "head"] },
    { level: "dev/autopilot", preApproved: ["design", "complete"] },
  ),
];

function busy(...trouble: Trouble[]): Partial<World> {
  return { failing: ["test"], trouble: ["reject", ...trouble] };
}

/** These have thousands of states. */
const isLarge = ({ trouble, failing }: World): boolean =>
  failing.length === 2 || trouble.includes("runner-lost") || (failing.length > 0 && trouble.includes("head"));

const all = [...failingWorlds, ...troubledWorlds, ...settingsWorlds, ...metWorlds];

/** The small ones first: what breaks is found soonest there. */
export const allWorlds: NamedWorld[] = [...all.filter((one) => !isLarge(one)), ...all.filter(isLarge)];

/** Far above what any of these worlds reaches; a walk that gets there does not close. */
export const statesMax = 60_000;
