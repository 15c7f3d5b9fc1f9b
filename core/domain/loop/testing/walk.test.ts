import { expect, test } from "vitest";
import { react } from "../react.ts";
import type { Active, Loop } from "../state.ts";
import { calm } from "./answers.ts";
import { atCheckpoint, factsOf, leased } from "./commands.ts";
import { started } from "./scenario.ts";
import { walk } from "./walk.ts";

/** One violation planted for every rule of the walk: a rule that never fires proves nothing. */

const active = (loop: Loop): Active => {
  if (loop.state !== "active") throw new Error("not active");
  return loop;
};
const broken = (loop: Loop, statesMax = 500) => walk(loop, calm, statesMax).broken.join("\n");
const withFacts = (loop: Loop, changes: object): Loop =>
  ({ ...active(loop), facts: { ...factsOf(loop), ...changes } }) as Loop;

test("a calm loop breaks no rule", () => {
  expect(broken(started())).toBe("");
});

test("a walk that does not close says so", () => {
  expect(broken(started(), 3)).toContain("the abstraction does not close");
});

test("a loop at which nothing is pending is found", () => {
  expect(broken({ ...active(started()), doing: { kind: "deciding" } })).toContain("nothing is pending");
});

test("a budget that is overdrawn is found", () => {
  const budget = { max: 10, spent: 5, reserved: { t: { amount: 6, deadline: 1 } }, turns: 1 };
  expect(broken(withFacts(started(), { budget }))).toContain(
    "more money is spent and reserved than the cap allows",
  );
});

test("a gate that failed too often is found", () => {
  const { attempts } = factsOf(started());
  const often = { ...attempts, build: { ...attempts.build, failed: 5 } };
  expect(broken(withFacts(started(), { attempts: often }))).toContain("attempt 6 of build");
});

test("a key that is wanted twice is found", () => {
  const thread = { id: "t", author: "a", person: true, path: null, line: 0, text: "", reply: "done" };
  const twice = withFacts(leased("develop"), { threads: [thread, thread] });
  expect(react(twice).effects.length).toBeGreaterThan(0);
  expect(broken(twice)).toContain("a key is wanted twice");
});

test("a merge without its proofs is found", () => {
  const merging = leased("merge");
  expect(broken(withFacts(merging, { passed: {} }))).toContain("merged although build is not green");
  expect(broken(withFacts(merging, { approvals: [] }))).toContain(
    "merged although this head lacks its approval",
  );
});

test("rules that crash instead of refusing are found", () => {
  const torn = withFacts(atCheckpoint("design"), { declined: null });
  const { broken: found } = walk(torn, { failing: [], trouble: ["reject"] }, 50);
  expect(found.join("\n")).toContain("reject design at design (checkpoint) threw TypeError");
});
