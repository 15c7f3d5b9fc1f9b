import { expect, test } from "vitest";
import { LoopSettings } from "../loop/work.ts";
import type { ProjectConfig } from "../project-config.ts";
import { settingsOf } from "./settings.ts";

const start = { confirm: true, preApprove: [] };
const plainGit = { membersMin: 1, hosted: false };

test("a repository that says nothing gets the careful defaults", () => {
  expect(LoopSettings.parse(settingsOf({}, start, plainGit))).toEqual({
    ...{ level: "dev/consultant", confirmAssign: true, preApproved: [], budgetMicroUsdMax: 5_000_000 },
    ...{ onEscalation: "hold", mergeMethod: "merge", checks: "runner", noChecksAreGreen: false },
    ...{ merges: "runner", protectedPaths: [], membersMin: 1 },
  });
});

test("a repository on a platform has its commits checked and merged there", () => {
  const hosted = { membersMin: 1, hosted: true };
  expect(settingsOf({}, start, hosted)).toMatchObject({
    ...{ checks: "platform", merges: "platform", noChecksAreGreen: false },
  });
});

test("a commit that no check looks at passes only where the repository allows it", () => {
  const says = (word?: "allow" | "refuse") =>
    settingsOf(word === undefined ? {} : { "no-checks": word }, start, { membersMin: 1, hosted: true });
  expect([says("allow"), says("refuse"), says()].map((one) => one.noChecksAreGreen)).toEqual([
    ...[true, false, false],
  ]);
});

test("what the repository says is taken, money exact to the millionth", () => {
  const config: ProjectConfig = {
    ...{ level: "dev/autopilot", budget: 0.1 + 0.2, "on-escalation": "release", "merge-method": "squash" },
    "protected-paths": ["billing/**"],
  };
  const settings = settingsOf(
    config,
    { confirm: false, preApprove: ["design"] },
    { membersMin: 3, hosted: false },
  );
  expect(LoopSettings.parse(settings)).toMatchObject({
    ...{ level: "dev/autopilot", budgetMicroUsdMax: 300_000, onEscalation: "release" },
    ...{ mergeMethod: "squash", preApproved: ["design"], protectedPaths: ["billing/**"], membersMin: 3 },
    confirmAssign: false,
  });
});
