/**
 * The issue pipeline (FR-1): 14 steps as data. The one source for the engine, the docs, the dashboard rail,
 * the CLI and the sticky comment; a test fails when any of them disagrees with it.
 */
export const issuePipeline = [
  {
    name: "assign",
    title: "Assign",
    actor: "platform",
    does: "claim the issue and take the repository's slot",
  },
  {
    name: "plan",
    title: "Plan",
    actor: "model",
    does: "survey the repository, ask what is unclear, plan the work",
  },
  { name: "design", title: "Design", actor: "person", does: "compare options with tradeoffs and choose one" },
  { name: "open", title: "Open", actor: "runner", does: "create the branch and the draft pull request" },
  { name: "implement", title: "Implement", actor: "runner", does: "tests first: red, green, refactor" },
  {
    name: "build",
    title: "Build",
    actor: "runner",
    does: "build, lint and static analysis on a clean checkout",
  },
  { name: "test", title: "Test", actor: "runner", does: "the whole suite, with no test weakened" },
  {
    name: "push",
    title: "Push",
    actor: "runner",
    does: "scan, validate the patch, commit and push with a lease",
  },
  { name: "ci", title: "CI", actor: "platform", does: "wait for every required check on the pushed commit" },
  { name: "review", title: "Review", actor: "model", does: "review the diff and post the findings" },
  {
    name: "address",
    title: "Address",
    actor: "runner",
    does: "answer every open comment with a change or a reason",
  },
  { name: "complete", title: "Complete", actor: "person", does: "decide on the evidence, risk and cost" },
  { name: "merge", title: "Merge", actor: "platform", does: "ask all gates again for this head, then merge" },
  { name: "next", title: "Next", actor: "coordinator", does: "give the slot back and pick the next issue" },
] as const;

export type Step = (typeof issuePipeline)[number];
export type StepName = Step["name"];

export const stepNames = issuePipeline.map((step) => step.name) as [StepName, ...StepName[]];

/** Gates with attempts: each has one first attempt and at most `retriesMax` retries (policy/limits.ts). */
export const gateNames = [
  "plan",
  "design",
  "implement",
  "build",
  "test",
  "scan",
  "push",
  "ci",
  "review",
  "merge",
] as const;
export type GateName = (typeof gateNames)[number];

/** The step at which a gate is shown; the scan is part of `push`. */
export function stepOfGate(gate: GateName): StepName {
  return gate === "scan" ? "push" : gate;
}

/** The place of a step in the pipeline, 1 to 14. */
export function stepNumber(step: StepName): number {
  return stepNames.indexOf(step) + 1;
}
