import { expect, test } from "vitest";
import { killKinds } from "../crash/kill.ts";
import { crashRound } from "../crash/round.ts";
import { tableOf } from "../crash/table.ts";

test.for([21, 22, 23])(
  "a loop survives ten kills of server, runtime and runner at random moments (seed %i)",
  { timeout: 700_000 },
  async (seed) => {
    const round = await crashRound(seed, [...killKinds, ...killKinds]);
    console.log(`seed ${seed}: ${round.kinds.join(" ")}\n${tableOf([round])}`);
    expect(round.faults).toEqual([]);
  },
);
