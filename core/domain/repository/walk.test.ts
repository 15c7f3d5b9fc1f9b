import { expect, test } from "vitest";
import { repositoryWorlds, walkRepository } from "./testing/repository-walk.ts";

test.each(repositoryWorlds.map((world) => [world.name, world] as const))(
  "%s: nobody waits for what is free and nothing is granted twice, whatever is said in any order",
  (_, world) => {
    const { broken, states } = walkRepository(world);
    expect(broken).toEqual([]);
    expect(states).toBeGreaterThan(100);
  },
);
