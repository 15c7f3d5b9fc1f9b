import { expect, test } from "vitest";
import { loopsCase } from "../load/loops.ts";

/** Seconds on a machine of its own; others use this one, too. */
const patienceMs = 300_000;

test("ten loops at once all merge, each begun once, through a kill -9 in the middle", {
  timeout: patienceMs,
}, async () => {
  const report = await loopsCase({ loops: 10, turnMs: 50, jobMs: 50, killAt: 0.4 });
  expect(report).toMatchObject({ loops: 10, merged: 10, doubled: 0 });
  // The kill came while there was something to lose.
  expect(report.recovery?.inFlight).toBeGreaterThan(0);
});
