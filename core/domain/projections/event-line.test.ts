import { expect, test } from "vitest";
import { eventCatalogue } from "../loop/catalogue.ts";
import { eventLine } from "./event-line.ts";

/** Every event has a line (catalogue.test.ts); here are those whose words depend on what is in them. */
const {
  LeaseLost,
  TurnSettled,
  LoopAbandoned,
  ThreadOpened,
  EscalationResolved,
  PatchRebased,
  ChecksReported,
  ObstacleCleared,
} = eventCatalogue;

test("a lease is lost or given back", () => {
  expect(eventLine(LeaseLost.example)).toBe("the runner was lost (fence 3)");
  expect(eventLine({ ...LeaseLost.example, returned: true })).toBe("the runner gave the job back");
});

test("an estimated cost says so", () => {
  expect(eventLine(TurnSettled.example)).toContain("$0.0313,");
  expect(eventLine({ ...TurnSettled.example, estimated: true })).toContain("(estimated)");
});

test("an abandoned loop names the issues it was split into, if any", () => {
  expect(eventLine(LoopAbandoned.example)).toBe("abandoned: split into smaller issues (Round money)");
  expect(eventLine({ ...LoopAbandoned.example, split: [] })).toBe("abandoned: split into smaller issues");
});

test("a comment has a place or none, a resolution a hint or none", () => {
  expect(eventLine(ThreadOpened.example)).toBe("mia on src/round.ts:3: Why not to even?");
  expect(eventLine({ ...ThreadOpened.example, path: null })).toBe("mia: Why not to even?");
  expect(eventLine(EscalationResolved.example)).toBe("mia chose retry: look at negative numbers");
  expect(eventLine({ ...EscalationResolved.example, hint: "" })).toBe("mia chose retry");
});

test("a replay says whether the change is the same", () => {
  expect(eventLine(PatchRebased.example)).toContain("the change is the same");
  expect(eventLine({ ...PatchRebased.example, unchanged: false })).not.toContain("the same");
});

test("no checks are named as none", () => {
  expect(eventLine({ ...ChecksReported.example, checks: [] })).toBe("checks on dddddddd: none");
  expect(eventLine(ObstacleCleared.example)).toBe("dirty-tree is out of the way");
});
