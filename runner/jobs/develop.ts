import type { Patch } from "@tamma/core/domain/loop/evidence.ts";
import type { JobResultOf, JobSpecOf } from "@tamma/core/domain/loop/jobs.ts";
import { developSystem, developTask } from "@tamma/core/prompts/develop.ts";
import type { Phase } from "@tamma/core/protocol/agent-tools.ts";
import { type AgentEnd, runAgent } from "../agent/agent.ts";
import type { Desk } from "../agent/desk.ts";
import { evidenceOf } from "../evidence.ts";
import type { JobContext } from "../job-context.ts";
import { noTestCommand } from "../project/project.ts";
import { runSuite } from "../project/suite.ts";
import { type Bench, JobFault, openBench, putTree } from "../proof/bench.ts";
import { treeOfPatch } from "../workspace/apply.ts";
import { patchBetween, treeOf } from "../workspace/patch.ts";
import type { Baseline } from "./develop-judge.ts";
import { DevelopPhases } from "./develop-phases.ts";

type Spec = JobSpecOf<"develop">;
type Result = JobResultOf<"develop">;

/**
 * The coding agent in a workspace of its own: red, green, refactor; or fix a failed gate; or answer review
 * threads.
 * The result's patch is cumulative against `spec.base`.
 */
export async function developJob(spec: Spec, context: JobContext): Promise<Result> {
  try {
    return await develop(spec, context);
  } catch (error) {
    // A stop ends git and commands in the middle, which looks like their failure.
    if (context.signal.aborted) return { outcome: "stopped", reason: "told to stop" };
    if (error instanceof JobFault) return { outcome: "failed", evidence: error.evidence, rejections: [] };
    throw error;
  }
}

async function develop(spec: Spec, context: JobContext): Promise<Result> {
  const bench = await openBench(context, spec.base);
  const { needsTests } = spec.plan;
  if (needsTests && bench.project.test === null) throw new JobFault(evidenceOf(noTestCommand));
  const baseline = await baselineOf(bench, needsTests);
  const start =
    spec.patch === null
      ? (await bench.workspace.git(["rev-parse", `${spec.base}^{tree}`])).trim()
      : await treeOfPatch(bench.workspace, spec.patch, context.getBlob);
  await putTree(bench, start);

  const desk: Desk = {
    context,
    workspace: bench.workspace,
    root: bench.root,
    project: bench.project,
    isTestFile: bench.isTestFile,
    phase: firstPhase(spec),
    locked: new Map(spec.lockedTests.map(({ path, sha256 }) => [path, sha256])),
    failedEdits: new Map(),
    changes: 0,
  };
  const phases = new DevelopPhases(spec, bench, desk, baseline, start);
  const end = await runAgent({
    desk,
    system: developSystem,
    first: await firstMessage(spec, desk, baseline),
    labels: {
      loop: context.loop,
      issue: String(spec.issue.number),
      step: spec.mode === "address" ? "address" : "implement",
      attempt: String(spec.attempt),
    },
    turnsMax: spec.turnsMax,
    finish: (input) => phases.finish(input),
  });
  return await resultOf(end, spec, bench, desk, phases);
}

/** Without a proven test the work begins in red, also when a gate has refused an earlier try. */
function firstPhase({ mode, plan, lockedTests }: Spec): Phase {
  if (mode === "address") return "address";
  if (plan.needsTests && lockedTests.length === 0) return "red";
  return mode === "fix" ? "fix" : "green";
}

/** Runs the suite of the unchanged base once, to know what failed before we came. */
async function baselineOf(bench: Bench, needsTests: boolean): Promise<Baseline> {
  await putTree(bench, bench.base);
  if (!needsTests || bench.project.test === null) return { known: new Set(), failing: new Set() };
  bench.context.log("Running the suite of the unchanged code.\n");
  const { context, root, project } = bench;
  const run = await runSuite({ context, root, project });
  return {
    known: new Set(run.tests.filter((test) => test.outcome !== "failed").map((test) => test.id)),
    failing: new Set(run.failed.map((test) => test.id)),
  };
}

async function firstMessage(spec: Spec, desk: Desk, baseline: Baseline) {
  const { context, project } = desk;
  const survey = spec.context === null ? null : new TextDecoder().decode(await context.getBlob(spec.context));
  return developTask({
    nonce: context.delimiter,
    issue: spec.issue,
    plan: spec.plan,
    option: spec.option,
    clarifications: spec.clarifications,
    instructions: spec.instructions,
    context: survey,
    phase: desk.phase,
    commands: { test: project.test, build: project.build, lint: project.lint },
    failingBefore: [...baseline.failing].sort(),
    locked: [...desk.locked.keys()].sort(),
    changed: spec.patch?.files.map((file) => file.path) ?? [],
    evidence: spec.evidence,
    threads: spec.threads,
  });
}

async function resultOf(
  end: AgentEnd,
  spec: Spec,
  bench: Bench,
  desk: Desk,
  phases: DevelopPhases,
): Promise<Result> {
  if (end.end === "stopped") return { outcome: "stopped", reason: "told to stop" };
  // What is green stays green: a refactoring that leads nowhere costs nothing but itself.
  const proven = desk.phase === "refactor" && phases.greenTree !== null;
  if (end.end !== "finished" && proven) await phases.backToGreen();
  else if (end.end === "question") return { outcome: "question", questions: end.questions };
  else if (end.end === "provider") {
    const { kind, message, retryAt } = end.error;
    return { outcome: "provider", error: { kind, message, retryAt } };
  } else if (end.end === "failed")
    return { outcome: "failed", evidence: end.evidence, rejections: phases.rejections };

  const tree = phases.accepted ?? (await treeOf(bench.workspace, spec.base));
  const patch = await patchBetween(bench.workspace, spec.base, tree, { putBlob: bench.context.putBlob });
  return {
    outcome: "done",
    patch: { ...patch, commits: commitsOf(spec, patch, phases) },
    summary: phases.summary,
    rejections: phases.rejections,
    testFiles: [...desk.locked.keys()],
    replies: phases.replies,
  };
}

const subjectCharsMax = 72;
/** Before these gates the work was pushed: its repair is a commit of its own, not a part of the first one. */
const afterPush = ["ci", "review", "merge"];

/** The cumulative commits: what was there, then ours; each path of the patch in at least one of them. */
function commitsOf(spec: Spec, patch: Patch, phases: DevelopPhases): Patch["commits"] {
  const commits = (spec.patch?.commits ?? []).map(({ message, paths }) => ({ message, paths: [...paths] }));
  for (const { phase, message, paths } of phases.commits) {
    const repairs =
      phase === "refactor" || (phase === "fix" && !afterPush.includes(spec.evidence?.gate ?? ""));
    const last = commits.at(-1);
    // The last message becomes the subject of the pushed commit; "fix lint" would say nothing of the work.
    if (repairs && last) last.paths = [...new Set([...last.paths, ...paths])];
    else commits.push({ message: subjectOf(message, spec), paths });
  }
  const changed = new Set(patch.files.map((file) => file.path));
  const kept = commits
    .map(({ message, paths }) => ({ message, paths: paths.filter((path) => changed.has(path)) }))
    .filter(({ paths }) => paths.length > 0);
  const named = new Set(kept.flatMap(({ paths }) => paths));
  const rest = [...changed].filter((path) => !named.has(path));
  if (rest.length === 0) return kept;
  return [...kept, { message: subjectOf(phases.summary, spec), paths: rest }];
}

function subjectOf(message: string, { issue }: Spec): string {
  const line = message.trim().split("\n")[0]?.trim() || issue.title;
  return line.length > subjectCharsMax ? `${line.slice(0, subjectCharsMax - 3).trimEnd()}...` : line;
}
