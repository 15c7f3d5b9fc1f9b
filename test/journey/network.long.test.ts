import { afterAll, beforeAll, expect, test } from "vitest";
import { type FaultKind, type FaultProxy, faultKinds, startFaultProxy } from "../faults/fault-proxy.ts";
import { noFault, randomFaults } from "../faults/schedules.ts";
import { calcRepository, title } from "./calc.ts";
import { expectMerged, expectNothingLostOrDoubled, issueOf } from "./network-loop.ts";
import { openStage, type Stage } from "./stage.ts";

/** What is alike shares a loop. */
const groups: readonly (readonly FaultKind[])[] = [
  ["reset", "answer-lost"],
  ["request-cut", "answer-cut"],
  ["black-hole", "answer-swallowed"],
  ["delay", "drip"],
  ["twice", "again-later"],
  ["page-502", "page-503", "page-504"],
  ["refuse"],
];
const seeds = [1, 2];
const loops = groups.length + seeds.length;
/** A loop in which every third request meets silence is slow, and not stuck. */
const patienceMs = 500_000;

let proxy: FaultProxy;
let stage: Stage;

beforeAll(async () => {
  stage = await openStage({
    script: { issues: Array.from({ length: loops }, (_, index) => issueOf(index + 1)) },
    repository: calcRepository,
    patienceMs,
    beforeServer: async (url) => {
      proxy = await startFaultProxy(url, noFault);
      return proxy.url;
    },
  });
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

test("every kind of fault has its loop", () => {
  expect(groups.flat().sort()).toEqual([...faultKinds].sort());
});

test.each(groups.map((kinds, index) => [kinds.join(" and "), kinds, index + 1] as const))(
  "%s again and again: the loop is merged, and nothing is lost or doubled",
  async (_, kinds, n) => {
    const leasesLostMax = kinds.includes("answer-lost") ? 1 : 0;
    proxy.follow(randomFaults(n, { kinds, every: 3, leasesLostMax, silencesMax: 2 }));
    const loop = await stage.start(`${title} ${n}`);
    await expectMerged(stage, loop);
    for (const kind of kinds) expect(proxy.happened.get(kind), kind).toBeGreaterThan(0);
    proxy.follow(noFault);
    await expectNothingLostOrDoubled(stage, loop, n);
  },
  patienceMs,
);

test.each(seeds.map((seed, index) => [seed, groups.length + index + 1] as const))(
  "all of it mixed (seed %i): the loop is merged, and nothing is lost or doubled",
  async (seed, n) => {
    proxy.follow(randomFaults(seed, { every: 3, leasesLostMax: 1, silencesMax: 3 }));
    const loop = await stage.start(`${title} ${n}`);
    await expectMerged(stage, loop);
    proxy.follow(noFault);
    await expectNothingLostOrDoubled(stage, loop, n);
  },
  patienceMs,
);
