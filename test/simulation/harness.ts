import type { TreeTruth } from "./git.ts";
import { noMoods, type Plan } from "./plan.ts";
import { runSeed } from "./run-seed.ts";

/** A first attempt and three retries. */
const attempts = 4;
/**
 * How far a measured completion may lie from the expected one, in standard deviations of the binomial
 * distribution: four are left by one run in 15,000, and seeds make every run the same.
 */
export const sigmasMax = 4;

/** How likely one attempt of the engineer is right. */
export const skills = [1, 0.9, 0.7, 0.5, 0.3] as const;
const tasksDefault = 200;

/** Gates that a bad change fails, in turn. */
const weakGates: readonly TreeTruth[] = ["implement", "build", "test", "scan", "ci", "review"];

/** What became of the tasks of one engineer. */
export interface Completion {
  skill: number;
  tasks: number;
  merged: number;
  measured: number;
  /** `1 - (1 - p)^4`: each task has one gate that can fail, and four attempts. */
  expected: number;
  /** Of the binomial distribution of `expected` over `tasks`. */
  sigma: number;
  broken: string[];
}

/** Gives an engineer of this skill so many tasks, in a world without any fault. */
export async function completionOf(skill: number, tasks: number = tasksDefault): Promise<Completion> {
  let merged = 0;
  const broken: string[] = [];
  for (let task = 0; task < tasks; task += 1) {
    const outcome = await runSeed(seedOf(skill, task), planOfTask(skill, task));
    if (outcome.broken !== null) broken.push(outcome.broken);
    if (outcome.ends.length === 1 && outcome.ends[0] === "merged") merged += 1;
  }
  const expected = 1 - (1 - skill) ** attempts;
  const sigma = Math.sqrt((expected * (1 - expected)) / tasks);
  return { skill, tasks, merged, measured: merged / tasks, expected, sigma, broken };
}

function seedOf(skill: number, task: number): number {
  return Math.round(skill * 100) * 100_000 + task;
}

/** One issue, nobody who objects, and a person who gives up what is escalated. */
function planOfTask(skill: number, task: number): Partial<Plan> {
  return {
    ...{ items: 1, slots: 1, runners: 1, skill, weakGate: weakGates[task % weakGates.length] ?? null },
    ...{ level: "dev/consultant", preApprove: [], confirm: false, autoNext: false, platform: "own" },
    ...{ budgetUsd: 5, rates: {}, calmAfterMs: Number.MAX_SAFE_INTEGER, modelMoods: noMoods.model },
    peopleMoods: { ...noMoods.people, abandon: 1 },
  };
}

/** The table that `npm run simulate -- --harness` prints. */
export function harnessTable(rows: readonly Completion[]): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const cells = rows.map(({ skill, tasks, merged, measured, expected, sigma }) => [
    skill.toFixed(1),
    String(tasks),
    String(merged),
    percent(measured),
    percent(expected),
    sigma === 0 ? "0.0" : ((measured - expected) / sigma).toFixed(1),
  ]);
  const head = ["p", "tasks", "merged", "measured", "expected", "sigmas"];
  return [head, ...cells].map((row) => row.map((cell) => cell.padStart(10)).join("")).join("\n");
}
