import { expect, test } from "vitest";
import { started } from "./testing/scenario.ts";
import { walk } from "./testing/walk.ts";
import {
  failingWorlds,
  metWorlds,
  type NamedWorld,
  settingsWorlds,
  statesMax,
  troubledWorlds,
} from "./testing/worlds.ts";

/** The largest world has forty thousand states; on a busy machine that takes a while. */
const largestMsMax = 60_000;

function explore(world: NamedWorld) {
  const result = walk(started(world.settings), world, statesMax);
  expect([...new Set(result.broken)].slice(0, 5)).toEqual([]);
  return result;
}
const named = (worlds: NamedWorld[]) => worlds.map((world) => [world.name, world] as const);

test.each(named(failingWorlds))(
  "%s in every way: each state ends or waits, and no law is broken",
  (_, world) => {
    const { ends, states } = explore(world);
    expect(states).toBeGreaterThan(20);
    expect([...ends].sort()).toEqual(["abandoned", "merged"]);
  },
);

test.each(named([...troubledWorlds, ...metWorlds, ...settingsWorlds]))(
  "%s: each state ends or waits, and no law is broken",
  (_, world) => {
    expect(explore(world).ends).toContain("merged");
  },
  largestMsMax,
);
