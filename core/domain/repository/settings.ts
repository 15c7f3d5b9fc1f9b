import type { LoopSettings } from "../loop/work.ts";
import { budgetMicroUsdDefault } from "../policy/limits.ts";
import type { ProjectConfig } from "../project-config.ts";

const microUsdPerUsd = 1_000_000;

/** What the loop is started with: the repository's config, the starter's wishes, and defaults. */
export function settingsOf(
  config: ProjectConfig,
  start: { confirm: boolean; preApprove: ("design" | "complete")[] },
  membersMin: number,
): LoopSettings {
  return {
    level: config.level ?? "dev/consultant",
    confirmAssign: start.confirm,
    preApproved: start.preApprove,
    budgetMicroUsdMax:
      config.budget === undefined ? budgetMicroUsdDefault : Math.round(config.budget * microUsdPerUsd),
    onEscalation: config["on-escalation"] ?? "hold",
    mergeMethod: config["merge-method"] ?? "merge",
    // Plain Git has no CI of its own: a job of ours proves the pushed commit.
    checks: "runner",
    noChecksAreGreen: false,
    protectedPaths: config["protected-paths"] ?? [],
    membersMin,
  };
}
