import { expect, test } from "vitest";
import type { Loop } from "../loop/state.ts";
import { drive, loopDoing, started } from "../loop/testing/scenario.ts";
import { proofViews } from "./proofs.ts";

const factsOf = (loop: Loop) => {
  if (loop.state === "not-started") throw new Error("not started");
  return loop.facts;
};

test("nothing is proven before a clean checkout has run", () => {
  expect(proofViews(factsOf(loopDoing("implement", "leased")))).toEqual([]);
});

test("a merged loop shows red, green, build, test, scan and ci, all of them for what was merged", () => {
  const proofs = proofViews(factsOf(drive(started(), (loop) => loop.state === "ended")));
  expect(proofs.map((proof) => proof.kind)).toEqual(["red", "green", "build", "test", "scan", "ci"]);
  expect(proofs.every((proof) => proof.current)).toBe(true);
});
