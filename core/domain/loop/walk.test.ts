import { expect, test } from "vitest";
import { gateNames } from "./pipeline.ts";
import type { Trouble, World } from "./testing/answers.ts";
import { started } from "./testing/scenario.ts";
import { walk } from "./testing/walk.ts";
import type { LoopSettings } from "./work.ts";

/** Far above what any world below reaches; a walk that gets there does not close. */
const statesMax = 60_000;

function explore(world: World, settings: Partial<LoopSettings> = {}) {
  const result = walk(started(settings), world, statesMax);
  expect([...new Set(result.broken)].slice(0, 5)).toEqual([]);
  return result;
}

test.each(gateNames)(
  "when gate %s may fail in every way, each state ends or waits, and no merge lacks its proofs",
  (gate) => {
    const { ends, states } = explore({ failing: [gate], trouble: [] });
    expect(states).toBeGreaterThan(20);
    expect([...ends].sort()).toEqual(["abandoned", "merged"]);
  },
);

const troubles: Trouble[][] = [
  ["runner-lost", "runner-stops"],
  ["head"],
  ["base", "dirty"],
  ["timers"],
  ["provider", "effects"],
  ["weakened", "reject"],
  ["threads"],
  ["questions", "reject"],
];
test.each(troubles.map((trouble) => [trouble.join(" and "), trouble] as const))(
  "with %s in the world, each state ends or waits, and no merge lacks its proofs",
  (_, trouble) => {
    const { ends } = explore({ failing: [], trouble });
    expect(ends).toContain("merged");
  },
);

test.each([
  [{ failing: ["build", "test"], trouble: [] }],
  [{ failing: ["test"], trouble: ["head"] }],
  [{ failing: ["merge"], trouble: ["base"] }],
  [{ failing: ["ci"], trouble: ["runner-lost"] }],
  [{ failing: ["review"], trouble: ["threads"] }],
] as [World][])("troubles that meet (%j) leave no way to get stuck", (world) => {
  expect(explore(world).ends).toContain("merged");
});

test.each([
  { level: "dev/autopilot", preApproved: ["design", "complete"] },
  { level: "business/advisor" },
  { level: "business/guardian" },
  { onEscalation: "release" },
  { checks: "platform" },
  { confirmAssign: true },
] as Partial<LoopSettings>[])(
  "with settings %j each state ends or waits, and no merge lacks its proofs",
  (settings) => {
    const { ends } = explore({ failing: ["test"], trouble: ["reject"] }, settings);
    expect(ends).toContain("merged");
  },
);
