import { expect, test } from "vitest";
import { hunted } from "./hunted.ts";
import { bugs } from "./list.ts";
import { rowsOfPage } from "./page.ts";

/** All proofs with their full limits; most of it is the simulation. */
const huntMsMax = 600_000;

/** Every second bug, from this one on: two files, because a file runs on one core. */
export function huntInFull(from: 0 | 1): void {
  test.each(bugs.filter((_, at) => at % 2 === from).map(({ name }) => name))(
    "%s is caught by every proof that docs/proof.md names",
    async (name) => {
      const named = rowsOfPage().find((row) => row.name === name)?.caughtBy;
      const { caught } = await hunted("full", name);
      expect(caught.map(({ by }) => by)).toEqual(expect.arrayContaining(named ?? ["a row in docs/proof.md"]));
    },
    huntMsMax,
  );
}

/** The same limits must not cry wolf. */
export function huntWithoutBug(): void {
  test(
    "without a bug the proofs find nothing, with the same limits",
    async () => {
      expect((await hunted("full")).caught).toEqual([]);
    },
    huntMsMax,
  );
}
