import { realpath } from "node:fs/promises";
import { join } from "node:path";
import type { Sha } from "@tamma/core/domain/ids.ts";
import type { Evidence, PatchFile } from "@tamma/core/domain/loop/evidence.ts";
import type { ProjectConfig } from "@tamma/core/domain/project-config.ts";
import { evidenceOf } from "../evidence.ts";
import type { JobContext } from "../job-context.ts";
import { outputExcerpt } from "../project/excerpt.ts";
import { outputFingerprint } from "../project/fingerprint.ts";
import { type Project, projectOf } from "../project/project.ts";
import { runLine } from "../project/suite.ts";
import { ConfigError, parseTammaYml } from "../project/tamma-yml.ts";
import { isTestFile } from "../project/test-files.ts";
import { cloneAt } from "../workspace/clone.ts";
import type { Workspace } from "../workspace/git.ts";
import { brokenSeal, type ObjectSeal, sealObjects } from "../workspace/object-seal.ts";
import { filesOfTree, switchTo, type TreeFiles } from "./tree-files.ts";

/** A clone of its own with the project's commands, on which trees are put one after another. */
export interface Bench {
  readonly context: JobContext;
  readonly workspace: Workspace;
  /** Real path of the workspace. */
  readonly root: string;
  readonly base: Sha;
  readonly config: ProjectConfig;
  project: Project;
  readonly isTestFile: (path: string) => boolean;
  /** Dependency files that the last set-up saw. */
  installed: string | null;
  /** The tree that was put there last. */
  present: Sha;
  /** Git's objects as they were before the first command; null while none has run. */
  seal: ObjectSeal | null;
}

/** The job cannot go on, and the reason is the project's: a result with evidence, not a fault of ours. */
export class JobFault extends Error {
  override readonly name = "JobFault";
  readonly evidence: Evidence;

  constructor(evidence: Evidence) {
    super(evidence.summary);
    this.evidence = evidence;
  }
}

/** Clones the repository at `base` and reads the rules there; nothing is installed yet. @throws JobFault */
export async function openBench(context: JobContext, base: Sha): Promise<Bench> {
  const folder = join(context.folder, "workspace");
  const { signal, log } = context;
  const workspace = await cloneAt(context.repository.url, { sha: base }, folder, { signal, log });
  const files = filesOfTree(workspace, base);
  const config = await configOf(files);
  const globs = config["test-files"] ?? null;
  return {
    context,
    workspace,
    root: await realpath(folder),
    base,
    config,
    project: await projectOf(files, config),
    isTestFile: (path) => isTestFile(path, globs),
    installed: null,
    present: base,
    seal: null,
  };
}

/** Takes the project's commands from another tree; the rules stay those of the base. */
export async function readProject(bench: Bench, tree: Sha): Promise<void> {
  bench.project = await projectOf(filesOfTree(bench.workspace, tree), bench.config);
}

async function configOf(files: TreeFiles): Promise<ProjectConfig> {
  try {
    return parseTammaYml((await files.text(".tamma.yml")) ?? "");
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new JobFault(evidenceOf(`${error.message}. Correct it on the default branch.`));
  }
}

/** Files that say which dependencies a project needs. */
const dependencyFiles = [
  /(^|\/)(package\.json|npm-shrinkwrap\.json|composer\.json|[\w.-]*lock(\.\w+)?|Gemfile|Cargo\.toml)$/,
  /(^|\/)(requirements[\w.-]*\.txt|pyproject\.toml|go\.(mod|sum)|pom\.xml|build\.gradle(\.kts)?)$/,
];

/**
 * Makes the workspace's files exactly `tree`; sets the project up when its dependencies are not those of
 * the last set-up.
 *
 * @throws JobFault when the set-up fails, or commands have changed git's own objects
 */
export async function putTree(bench: Bench, tree: Sha): Promise<void> {
  const { workspace, project } = bench;
  await expectSealed(bench);
  bench.seal ??= await sealObjects(workspace);
  await putFiles(bench, tree);
  if (project.setup === null) return;
  const entries = (await workspace.git(["ls-tree", "-r", "-z", tree])).split("\0");
  const needed = entries.filter(isDependencyFile).join("\n");
  const wanted = `${project.setup}\n${needed}`;
  if (bench.installed === wanted) return;
  const where = { context: bench.context, root: bench.root, project };
  const run = await runLine(where, project.setup, { network: "setup" });
  if (!run.passed)
    throw new JobFault({
      summary: `setup failed: \`${project.setup}\` ended with ${run.result.exitCode}`,
      fingerprint: outputFingerprint("setup", run.output, bench.root),
      excerpt: outputExcerpt(run.output),
      log: await bench.context.putBlob(run.output, "text/plain; charset=utf-8"),
    });
  // A package's install script may have changed the project's own files.
  await putFiles(bench, tree);
  bench.installed = wanted;
}

async function putFiles(bench: Bench, tree: Sha): Promise<void> {
  await switchTo(bench.workspace, bench.present, tree);
  bench.present = tree;
}

/**
 * Nothing is concluded from a workspace in whose git folder a command exchanged objects. @throws JobFault
 */
export async function expectSealed({ workspace, seal }: Bench): Promise<void> {
  const broken = seal && (await brokenSeal(workspace, seal));
  if (!broken) return;
  const fault = evidenceOf(
    `a command of the project changed git's own objects (${broken}), so nothing that it showed is proven`,
  );
  throw new JobFault({ ...fault, fingerprint: "git-objects-changed" });
}

/** `entry`: a line of `git ls-tree`, whose path stands behind a tab. */
function isDependencyFile(entry: string): boolean {
  return dependencyFiles.some((shape) => shape.test(entry.split("\t")[1] ?? ""));
}

/** Paths that differ between two trees, with their status. */
export async function changedBetween(
  workspace: Workspace,
  from: Sha,
  to: Sha,
): Promise<{ path: string; status: PatchFile["status"] }[]> {
  const raw = await workspace.git(["diff-tree", "-r", "-z", "--name-status", "--no-renames", from, to]);
  const fields = raw.split("\0").filter((field) => field !== "");
  const found: { path: string; status: PatchFile["status"] }[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const letter = fields[i];
    const status = letter === "A" ? "added" : letter === "D" ? "deleted" : "modified";
    found.push({ path: fields[i + 1] ?? "", status });
  }
  return found;
}
