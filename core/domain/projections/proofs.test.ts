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

test("a command stands as the project wrote it; the shell that ran it says nothing", () => {
  const facts = factsOf(drive(started(), (loop) => loop.state === "ended"));
  const build = facts.passed.build;
  if (!build) throw new Error("build has not passed");
  const [receipt] = build.verdict.receipts;
  if (!receipt) throw new Error("build has no receipt");
  const ran = [
    ["sh", "-c", "npm run build"],
    ["npm", "audit"],
    ["sh", "-c"],
  ];
  const commands = ran.map((argv) => ({ argv, exitCode: 0, ms: 1 }));
  const verdict = { ...build.verdict, receipts: [{ ...receipt, commands }] };
  const [proof] = proofViews({ ...facts, passed: { build: { ...build, verdict } } });
  expect(proof?.commands).toEqual(["npm run build (exit 0)", "npm audit (exit 0)", "sh -c (exit 0)"]);
});

test("a merged loop shows red, green, build, test, scan and ci, all of them for what was merged", () => {
  const proofs = proofViews(factsOf(drive(started(), (loop) => loop.state === "ended")));
  expect(proofs.map((proof) => proof.kind)).toEqual(["red", "green", "build", "test", "scan", "ci"]);
  expect(proofs.every((proof) => proof.current)).toBe(true);
});
