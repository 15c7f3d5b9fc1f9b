import { expect, test } from "vitest";
import type { KillKind } from "../crash/kill.ts";
import { crashRound } from "../crash/round.ts";

/** The seed names the moments; `npm run crash -- --rounds 1 --seed N` kills more at those of another one. */
const rounds: { seed: number; kinds: KillKind[] }[] = [
  { seed: 11, kinds: ["server"] },
  { seed: 12, kinds: ["workerd"] },
  { seed: 13, kinds: ["runner"] },
  { seed: 14, kinds: ["all", "both", "server"] },
];

test.for(rounds)(
  "a loop in which kill -9 strikes $kinds ends merged, with nothing lost or done twice (seed $seed)",
  { timeout: 600_000 },
  async ({ seed, kinds }) => {
    expect((await crashRound(seed, kinds)).faults).toEqual([]);
  },
);
