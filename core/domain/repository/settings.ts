import type { LoopSettings } from "../loop/work.ts";
import { budgetMicroUsdDefault } from "../policy/limits.ts";
import { ProjectConfig } from "../project-config.ts";
import { slotsDefault } from "./state.ts";

/** What holds where `.tamma.yml` says nothing; keys without an entry are found out from the project. */
const configDefaults: ProjectConfig = {
  level: "dev/consultant",
  "merge-method": "merge",
  "no-checks": "refuse",
  "auto-next": "off",
  "on-escalation": "hold",
  slots: slotsDefault,
  budget: budgetMicroUsdDefault / 1_000_000,
  "protected-paths": [],
};

/** Who gave the settings: a person with the repository, or `.tamma.yml` of the default branch; and when. */
export interface ConfigSource {
  by: "person" | "branch";
  at: number;
}

/** Every setting by its key in `.tamma.yml` and where its value comes from; null: the runner finds it out. */
export function settingsReport(
  config: ProjectConfig,
  source: ConfigSource | null,
): {
  settings: { key: string; value: unknown; from: "default" | "set" | "detected" }[];
  source: ConfigSource | null;
} {
  const keys = Object.keys(ProjectConfig.shape) as (keyof ProjectConfig)[];
  const settings = keys.map((key) => {
    const [set, preset] = [config[key], configDefaults[key]];
    if (set !== undefined) return { key, value: set as unknown, from: "set" as const };
    if (preset !== undefined) return { key, value: preset as unknown, from: "default" as const };
    return { key, value: null, from: "detected" as const };
  });
  return { settings, source };
}

const microUsdPerUsd = 1_000_000;

/**
 * What the loop is started with: the repository's config, the starter's wishes, and defaults.
 *
 * @param hosted the repository lives on a platform with an API, which has checks of its own and merges
 * @param membersMin distinct persons who can sign in
 */
export function settingsOf(
  config: ProjectConfig,
  start: { confirm: boolean; preApprove: ("design" | "complete")[] },
  { membersMin, hosted }: { membersMin: number; hosted: boolean },
): LoopSettings {
  // Plain Git has neither CI nor anybody who could be asked to merge: jobs of ours do both.
  const doneBy = hosted ? "platform" : "runner";
  return {
    level: config.level ?? "dev/consultant",
    confirmAssign: start.confirm,
    preApproved: start.preApprove,
    budgetMicroUsdMax:
      config.budget === undefined ? budgetMicroUsdDefault : Math.round(config.budget * microUsdPerUsd),
    onEscalation: config["on-escalation"] ?? "hold",
    mergeMethod: config["merge-method"] ?? "merge",
    checks: doneBy,
    merges: doneBy,
    noChecksAreGreen: config["no-checks"] === "allow",
    protectedPaths: config["protected-paths"] ?? [],
    membersMin,
  };
}
