import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CheckpointKind, checkpointKinds } from "../loop/events/people.ts";
import { factsOf, leased, result, toCheckpoint } from "../loop/testing/commands.ts";
import { patch, person, sha, verifyResult } from "../loop/testing/samples.ts";
import { drive, send, started } from "../loop/testing/scenario.ts";
import { type Level, levels, Via } from "../loop/work.ts";
import { checkpointRule, distinctPersons, isSettled, levelRefusal, refusalOf, ruleFor } from "./modes.ts";
import { type RiskItem, type RiskKind, reservedOf, reservedRisks, riskKinds } from "./risk.ts";

const one = { needed: true, persons: 1, notRequester: false, preApprovable: false };
const nobody = { needed: false, persons: 0, notRequester: false, preApprovable: false };

/** The table of loop.md, written down once more by hand. */
const table: [Level, CheckpointKind, object][] = [
  ["dev/autopilot", "plan", nobody],
  ["dev/autopilot", "design", { ...one, preApprovable: true }],
  ["dev/autopilot", "open", nobody],
  ["dev/autopilot", "tests", one],
  ["dev/autopilot", "complete", { ...one, preApprovable: true }],
  ["dev/consultant", "plan", nobody],
  ["dev/consultant", "design", one],
  ["dev/consultant", "open", nobody],
  ["dev/consultant", "tests", one],
  ["dev/consultant", "complete", one],
  ["business/advisor", "plan", one],
  ["business/advisor", "design", one],
  ["business/advisor", "open", one],
  ["business/advisor", "tests", one],
  ["business/advisor", "complete", one],
  ["business/guardian", "plan", one],
  ["business/guardian", "design", { ...one, notRequester: true }],
  ["business/guardian", "open", one],
  ["business/guardian", "tests", { ...one, notRequester: true }],
  ["business/guardian", "complete", { ...one, persons: 2, notRequester: true }],
];

test.each(table)("%s at %s", (level, kind, rule) => {
  expect(checkpointRule(level, kind, [])).toMatchObject(rule);
});

test("assign is asked where the start wanted it, at any level", () => {
  for (const level of levels) {
    expect(checkpointRule(level, "assign", [], true)).toMatchObject(one);
    expect(checkpointRule(level, "assign", [])).toMatchObject(nobody);
  }
});

test("every rule gives its reasons", () => {
  for (const level of levels)
    for (const kind of checkpointKinds) {
      const { reasons } = checkpointRule(level, kind, [{ kind: "large", detail: "" }]);
      expect(reasons.join("").length).toBeGreaterThan(10);
    }
  const { reasons } = checkpointRule("business/guardian", "complete", [{ kind: "large", detail: "" }]);
  expect(reasons).toEqual([
    "business/guardian needs 2 persons, not the requester at complete",
    "never pre-approved: large",
  ]);
});

describe("approval ahead of time (FR-34)", () => {
  const risks: fc.Arbitrary<RiskItem[]> = fc
    .subarray([...riskKinds])
    .map((kinds) => kinds.map((kind) => ({ kind, detail: kind })));
  const never: RiskKind[] = ["breaking", "large", "deletion", "weakened-tests"];

  test("breaking, large, deleting or test-weakening work never passes by --yes or pre-approval", () => {
    const space = fc.record({
      level: fc.constantFrom(...levels),
      risk: risks,
      via: fc.constantFrom("--yes" as const, "pre-approved" as const),
      requester: fc.boolean(),
    });
    fc.assert(
      fc.property(space, ({ level, risk, via, requester }) => {
        fc.pre(risk.some((item) => never.includes(item.kind)));
        for (const kind of ["complete", "tests"] as const) {
          const rule = checkpointRule(level, kind, risk);
          expect(rule.needed).toBe(true);
          expect(rule.preApprovable).toBe(false);
          const by = person(requester ? "mia" : "ann");
          expect(refusalOf({ ...rule, approvals: [] }, person("mia"), by, via)).not.toBeNull();
        }
      }),
      { seed: 34, numRuns: 1_000 },
    );
  });

  test("over the whole space only autopilot takes a completion ahead, and only without any risk", () => {
    for (const level of levels)
      for (const kind of [null, ...riskKinds]) {
        const risk = kind ? [{ kind, detail: "" }] : [];
        const { preApprovable } = checkpointRule(level, "complete", risk);
        expect([level, kind, preApprovable]).toEqual([
          level,
          kind,
          level === "dev/autopilot" && kind === null,
        ]);
      }
  });

  test("a loop in autopilot with everything approved ahead stops for each reserved risk", () => {
    const settings = { level: "dev/autopilot", preApproved: ["design", "complete"] } as const;
    const verifying = leased("verify", started({ ...settings, preApproved: ["design", "complete"] }));
    const breaking = {
      path: "src/a.ts",
      name: "a",
      change: "changed",
      breaking: true,
      detail: "a()",
    } as const;
    const tree = factsOf(verifying).patch?.tree ?? "";
    const report = verifyResult(tree, null, { signatures: [breaking] });
    const loop = send(verifying, result(verifying, { kind: "verify", result: report })).loop;
    expect(toCheckpoint("complete", loop)).toMatchObject({
      doing: { checkpoint: { reserved: ["breaking"] } },
    });
  });

  test("a person who looks may pass any of them", () => {
    for (const via of Via.options) {
      const refusal = refusalOf(
        { notRequester: false, reserved: ["large"], approvals: [] },
        person(),
        person(),
        via,
      );
      expect([via, refusal === null]).toEqual([via, via !== "--yes" && via !== "pre-approved"]);
    }
  });

  test("a new dependency alone is shown and reserves nothing", () => {
    expect(reservedOf([{ kind: "new-dependency", detail: "" }])).toEqual([]);
    expect(reservedRisks).toHaveLength(riskKinds.length - 1);
  });
});

test("guardian needs three who can sign in; the others any number", () => {
  expect(levelRefusal("business/guardian", 2)).toContain("two persons besides the requester");
  expect(levelRefusal("business/guardian", 3)).toBeNull();
  expect(levelRefusal("business/advisor", 0)).toBeNull();
});

test("persons are counted, not clicks", () => {
  const by = (id: string) => ({ by: person(id) });
  expect(distinctPersons([by("ann"), by("ann"), by("bob")])).toBe(2);
  expect(distinctPersons([])).toBe(0);
});

describe("what counts as settled", () => {
  const approved = factsOf(drive(started(), (loop) => loop.state === "ended"));
  const head = approved.head ?? "";

  test("an approval of this very head, that is not stale", () => {
    expect(isSettled(approved, "complete", head)).toBe(true);
    expect(isSettled(approved, "complete", sha("4"))).toBe(false);
    const stale = approved.approvals.map((each) => ({ ...each, stale: "moved" }));
    expect(isSettled({ ...approved, approvals: stale }, "complete", head)).toBe(false);
  });

  test("what nobody has to be asked is settled", () => {
    expect(isSettled(approved, "plan", "any")).toBe(true);
  });

  test("an approval ahead of time stops counting when a reserved risk shows", () => {
    const ahead = approved.approvals.map((each) => ({ ...each, via: "pre-approved" as const }));
    expect(isSettled({ ...approved, approvals: ahead }, "complete", head)).toBe(true);
    const deleting = { ...patch(sha("9")), files: deleted("src/old.ts") };
    const risky = { ...approved, approvals: ahead, patch: deleting };
    expect(ruleFor(risky, "complete").reserved).toEqual(["deletion"]);
    expect(isSettled(risky, "complete", head)).toBe(false);
  });

  test("one person twice is not two", () => {
    const settings = { ...approved.settings, level: "business/guardian" as const };
    const twice = [...approved.approvals, ...approved.approvals];
    expect(isSettled({ ...approved, settings, approvals: twice }, "complete", head)).toBe(false);
    const [last] = approved.approvals.slice(-1);
    const both = last ? [last, { ...last, by: person("bob") }] : [];
    expect(isSettled({ ...approved, settings, approvals: both }, "complete", head)).toBe(true);
    const requester = last ? [last, { ...last, by: person("mia") }] : [];
    expect(isSettled({ ...approved, settings, approvals: requester }, "complete", head)).toBe(false);
  });
});

function deleted(path: string) {
  const modes = { modeBefore: "100644", modeAfter: "000000", binary: false, added: 0, removed: 9 };
  return [{ path, status: "deleted" as const, ...modes }];
}
