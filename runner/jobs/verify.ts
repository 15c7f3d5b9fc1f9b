import type { Sha } from "@tamma/core/domain/ids.ts";
import type { Patch, Verdict } from "@tamma/core/domain/loop/evidence.ts";
import type { JobResultOf, JobSpecOf } from "@tamma/core/domain/loop/jobs.ts";
import { pathCollisions } from "@tamma/core/domain/loop/path-collisions.ts";
import type { GateName } from "@tamma/core/domain/loop/pipeline.ts";
import { evidenceOf } from "../evidence.ts";
import type { JobContext } from "../job-context.ts";
import { isRunnableTest } from "../project/test-files.ts";
import { type Bench, expectSealed, JobFault, openBench, readProject } from "../proof/bench.ts";
import { signatureChanges } from "../proof/signatures.ts";
import { weakeningsOf } from "../proof/test-lock.ts";
import { treeOfPatch } from "../workspace/apply.ts";
import { ensurePresent } from "../workspace/clone.ts";
import { patchBetween } from "../workspace/patch.ts";
import { type PartResult, sidesOf, type Verification } from "./verification.ts";
import { buildPart, ciPart, greenPart, redPart } from "./verify-parts.ts";
import { scanPart } from "./verify-scan.ts";
import { testPart } from "./verify-suite.ts";

type Spec = JobSpecOf<"verify">;
type Result = JobResultOf<"verify">;
type Part = Spec["parts"][number];

/**
 * Proves a change on a clean clone that no agent has touched. Verdicts come in the order implement, build,
 * test,
 * scan (or `ci` alone) and end at the first failure; red and green are one verdict, of the gate `implement`.
 */
export async function verifyJob(spec: Spec, context: JobContext): Promise<Result> {
  try {
    const result = await verify(spec, context);
    // A stopped command looks like one that failed.
    return context.signal.aborted ? { outcome: "stopped", reason: "told to stop" } : result;
  } catch (error) {
    if (context.signal.aborted) return { outcome: "stopped", reason: "told to stop" };
    if (error instanceof JobFault) return { outcome: "failed", evidence: error.evidence };
    throw error;
  }
}

async function verify(spec: Spec, context: JobContext): Promise<Result> {
  const bench = await openBench(context, spec.base);
  const tree = await treeToVerify(spec, bench);
  await readProject(bench, tree);
  const v = await verification(spec, bench, tree);
  await expectApart(v);
  const verdicts = await verdictsOf(v);
  // What follows reads both sides once more.
  await expectSealed(bench);
  const ciOnly = spec.parts.every((part) => part === "ci");
  const { patch, before, after } = v;
  const { isTestFile } = bench;
  return {
    outcome: "done",
    verdicts,
    tree,
    patch: spec.head === null || ciOnly ? null : patch,
    lockedTests: v.lockedTests,
    weakened: ciOnly
      ? []
      : await weakeningsOf({
          ...{ files: patch.files, before: before.text, after: after.text, isTestFile },
          ...{ locked: spec.lockedTests, sha256: after.sha256 },
        }),
    signatures: ciOnly ? [] : await signatureChanges(patch.files, before, after, isTestFile),
    scan: v.scan,
    absentScanners: v.absentScanners,
    unproven: v.unproven,
    protection: context.commands.protection,
  };
}

async function treeToVerify(spec: Spec, { workspace, context }: Bench): Promise<Sha> {
  if (spec.patch !== null) return await treeOfPatch(workspace, spec.patch, context.getBlob);
  if (spec.head === null) throw new Error("a verify job needs a patch or a head");
  await ensurePresent(workspace, spec.head);
  return (await workspace.git(["rev-parse", `${spec.head}^{tree}`])).trim();
}

async function verification(spec: Spec, bench: Bench, tree: Sha): Promise<Verification> {
  const patch = spec.patch ?? (await patchOfHead(bench, spec.head ?? "", tree));
  const alive = patch.files.filter((file) => file.status !== "deleted").map((file) => file.path);
  const testPaths = alive.filter(bench.isTestFile);
  return {
    ...{ spec, bench, tree, patch, testPaths, ...sidesOf(bench, tree) },
    testFiles: testPaths.filter((path) => isRunnableTest(path, bench.project.testGlobs)),
    ...{ lockedTests: [], failedBefore: null, unproven: false, scan: [], absentScanners: [] },
  };
}

/** Two names that are one on some disk: a person there would get one file, and git would call it changed. */
async function expectApart({ patch, before }: Verification): Promise<void> {
  const added = patch.files.filter((file) => file.status === "added").map((file) => file.path);
  const gone = new Set(patch.files.filter((file) => file.status === "deleted").map((file) => file.path));
  const present = (await before.list()).filter((path) => !gone.has(path));
  const [first] = pathCollisions(added, present);
  if (first)
    throw new JobFault(
      evidenceOf(`${first.path} and ${first.other} differ only in case or in how a letter is written`),
    );
}

/** Somebody's push as a patch: one commit with the words of its newest one. */
async function patchOfHead({ workspace, base, context }: Bench, head: Sha, tree: Sha): Promise<Patch> {
  const patch = await patchBetween(workspace, base, tree, { putBlob: context.putBlob });
  const message = (await workspace.git(["log", "-1", "--format=%s", head])).trim() || "Pushed by a person";
  const commits = patch.files.length > 0 ? [{ message, paths: patch.files.map((file) => file.path) }] : [];
  return { ...patch, commits };
}

const run: Record<Part, (v: Verification) => Promise<PartResult>> = {
  red: redPart,
  build: buildPart,
  green: greenPart,
  test: testPart,
  scan: scanPart,
  ci: ciPart,
};

async function verdictsOf(v: Verification): Promise<Verdict[]> {
  const { context } = v.bench;
  const wanted = v.spec.parts;
  const verdicts: Verdict[] = [];
  const perform = (part: Part) => {
    context.progress(part);
    context.log(`== ${part}\n`);
    return run[part](v);
  };
  // One after another: each of them needs the workspace for itself.
  const red = wanted.includes("red") ? await perform("red") : null;
  if (red && !red.passed) return [verdict("implement", red)];
  const build = wanted.includes("build") ? await perform("build") : null;
  const green = wanted.includes("green") ? await perform("green") : null;
  if (red || green) {
    // Red and green are one gate, so build's verdict waits until both are known.
    const receipts = [...(red?.receipts ?? []), ...(green?.receipts ?? [])];
    verdicts.push(verdict("implement", { ...(green ?? red ?? passed), receipts }));
  }
  if (green && !green.passed) return verdicts;
  if (build) verdicts.push(verdict("build", build));
  if (build && !build.passed) return verdicts;
  for (const part of ["test", "scan", "ci"] as const) {
    if (!wanted.includes(part) || context.signal.aborted) continue;
    const result = await perform(part);
    verdicts.push(verdict(part, result));
    if (!result.passed) break;
  }
  return verdicts;
}

const passed: PartResult = { passed: true, receipts: [], evidence: null };

function verdict(gate: GateName, result: PartResult): Verdict {
  const { receipts, evidence } = result;
  return { gate, outcome: result.passed ? "passed" : "failed", receipts, evidence };
}
