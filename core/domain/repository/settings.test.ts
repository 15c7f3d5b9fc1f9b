import { expect, test } from "vitest";
import { LoopSettings } from "../loop/work.ts";
import type { ProjectConfig } from "../project-config.ts";
import { settingsOf } from "./settings.ts";

const start = { confirm: true, preApprove: [] };

test("a repository that says nothing gets the careful defaults", () => {
  expect(LoopSettings.parse(settingsOf({}, start, 1))).toEqual({
    ...{ level: "dev/consultant", confirmAssign: true, preApproved: [], budgetMicroUsdMax: 5_000_000 },
    ...{ onEscalation: "hold", mergeMethod: "merge", checks: "runner", noChecksAreGreen: false },
    ...{ protectedPaths: [], membersMin: 1 },
  });
});

test("what the repository says is taken, money exact to the millionth", () => {
  const config: ProjectConfig = {
    ...{ level: "dev/autopilot", budget: 0.1 + 0.2, "on-escalation": "release", "merge-method": "squash" },
    "protected-paths": ["billing/**"],
  };
  const settings = settingsOf(config, { confirm: false, preApprove: ["design"] }, 3);
  expect(LoopSettings.parse(settings)).toMatchObject({
    ...{ level: "dev/autopilot", budgetMicroUsdMax: 300_000, onEscalation: "release" },
    ...{ mergeMethod: "squash", preApproved: ["design"], protectedPaths: ["billing/**"], membersMin: 3 },
    confirmAssign: false,
  });
});
