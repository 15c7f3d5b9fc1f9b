import { expect, test } from "vitest";
import { keptSeeds } from "./kept-seeds.ts";
import { runSeed } from "./run-seed.ts";

test.each(keptSeeds)("seed $seed, which once broke: $was", async ({ seed, changes }) => {
  expect((await runSeed(seed, changes)).broken).toBeNull();
});

test("the same seed tells the same story twice, and another one another", async () => {
  const seeds = [3, 40, 77];
  const first = [];
  for (const seed of seeds) first.push((await runSeed(seed)).sum);
  const again = [];
  for (const seed of seeds.toReversed()) again.unshift((await runSeed(seed, {}, true)).sum);
  expect(again).toEqual(first);
  expect(new Set(first).size).toBe(seeds.length);
});

test("a calm world merges every issue", async () => {
  const changes = { only: new Set<string>(), skill: 1, budgetUsd: 5, items: 3 };
  const { broken, ends, faults } = await runSeed(10, changes);
  expect({ broken, faults }).toEqual({ broken: null, faults: [] });
  expect(ends).toEqual(["merged", "merged", "merged"]);
});
