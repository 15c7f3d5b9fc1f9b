import { join } from "node:path";
import type { JobResultOf, JobSpecOf } from "@tamma/core/domain/loop/jobs.ts";
import { parseProjectConfig, renderConfigProblem } from "@tamma/core/protocol/config-file.ts";
import { evidenceOf } from "../evidence.ts";
import type { JobContext } from "../job-context.ts";
import { type Project, projectOf } from "../project/project.ts";
import { isRunnableTest } from "../project/test-files.ts";
import { filesOfTree, type TreeFiles } from "../proof/tree-files.ts";
import { bundle, fenced, type Section } from "../survey/bundle.ts";
import { exportedSymbols, languagesOf } from "../survey/languages.ts";
import { type Ranked, rankFiles } from "../survey/rank.ts";
import { cloneAt } from "../workspace/clone.ts";
import type { Workspace } from "../workspace/git.ts";
import { textOf } from "../workspace/run-git.ts";
import { expectModestTree } from "../workspace/tree-size.ts";

type SurveyResult = JobResultOf<"survey">;

/** Rules of the repository, in the order of their weight. */
const ruleFiles = ["AGENTS.md", "CONTRIBUTING.md", ".tamma.yml", "README.md"];
/** Of a big tree the folders near the root say most. */
const treeLinesMax = 400;
const commitsMax = 10;
/** A file of the bundle is for orientation; the coding agent reads the rest itself. */
const fileCharsMax = 6_000;
const shownFilesMax = 8;
const symbolFilesMax = 20;
const readBytesMax = 200_000;

/**
 * Looks at the default branch as the issue needs it: a Markdown bundle for plan and design, the settings, and
 * whether there are tests. Asks no model and runs nothing of the project. A `.tamma.yml` that does not
 * parse is a failure that names line and field.
 */
export async function surveyJob(spec: JobSpecOf<"survey">, context: JobContext): Promise<SurveyResult> {
  const { url } = context.repository;
  const target = { branch: spec.branch };
  // Objects only: what is a link or a pipe on the disk is a short text in the commit.
  const options = { signal: context.signal, log: context.log, checkout: false };
  const workspace = await cloneAt(url, target, join(context.folder, "survey"), options);
  const tip = `refs/remotes/origin/${spec.branch}^{commit}`;
  const base = (await workspace.git(["rev-parse", tip])).trim();
  await expectModestTree(workspace, base);
  const files = await trackedFiles(workspace, base);
  const paths = files.map((file) => file.path);
  const tree = filesOfTree(workspace, base);
  await tree.readAhead([...ruleFiles, "package.json"]);
  const parsed = parseProjectConfig((await readIn(tree, ".tamma.yml")) ?? "");
  if ("problem" in parsed) {
    const said = renderConfigProblem(parsed.problem);
    return { outcome: "failed", evidence: evidenceOf(`${said}. Correct it on ${spec.branch}, then retry.`) };
  }
  const { config } = parsed;
  const project = await projectOf({ text: (path) => readIn(tree, path), list: async () => paths }, config);
  const ranked = await rankFiles(workspace, base, paths, `${spec.issue.title}\n${spec.issue.body}`);
  await tree.readAhead([...ranked.slice(0, symbolFilesMax).map(({ path }) => path), ...shown(ranked)]);
  const languages = languagesOf(paths);
  const sections: Section[] = [
    { title: "Repository", body: facts(paths, languages, project), charsMax: 3_000 },
    {
      title: "package.json scripts",
      body: scriptsOf(await readIn(tree, "package.json")),
      charsMax: 3_000,
    },
    { title: "Last commits", body: await lastCommits(workspace, base), charsMax: 2_000 },
    ...(await filesOf(
      tree,
      ruleFiles.filter((path) => paths.includes(path)),
      "Rules: ",
      8_000,
    )),
    { title: "Files that fit the issue, best first", body: rankedLines(ranked), charsMax: 4_000 },
    { title: "What these files export", body: await symbols(tree, ranked), charsMax: 8_000 },
    { title: "All files", body: treeLines(files), charsMax: 10_000 },
    ...(await filesOf(tree, shown(ranked), "File: ", fileCharsMax)),
  ];
  const text = bundle(sections);
  return {
    outcome: "done",
    base,
    context: await context.putBlob(text, "text/markdown"),
    summary: summaryOf(paths.length, languages, project, ranked),
    config,
    hasTests: paths.some((path) => isRunnableTest(path, project.testGlobs)),
  };
}

interface TrackedFile {
  path: string;
  bytes: number;
}

async function trackedFiles(workspace: Workspace, commit: string): Promise<TrackedFile[]> {
  const { stdout } = await workspace.attempt(["ls-tree", "-r", "-l", "-z", "--full-tree", commit]);
  return textOf(stdout)
    .split("\0")
    .filter(Boolean)
    .map((line: string) => {
      const tab = line.indexOf("\t");
      return { path: line.slice(tab + 1), bytes: Number(line.slice(0, tab).split(/\s+/)[3]) || 0 };
    });
}

/** The text of a file in the commit; null: none, or binary. */
async function readIn(tree: TreeFiles, path: string): Promise<string | null> {
  const body = await tree.bytes(path);
  if (body === null || body.subarray(0, 8_000).includes(0)) return null;
  return textOf(body.subarray(0, readBytesMax));
}

function facts(paths: string[], languages: ReturnType<typeof languagesOf>, project: Project): string {
  const commands = (["setup", "build", "lint", "test", "testOne", "ci"] as const).flatMap((name) =>
    project[name] === null ? [] : [`- ${name}: \`${project[name]}\``],
  );
  const spoken = languages.slice(0, 6).map(({ language, files }) => `${language} (${files})`);
  return [
    `${paths.length} files. Languages by number of files: ${spoken.join(", ") || "none known"}.`,
    commands.length > 0 ? `\nCommands:\n${commands.join("\n")}` : "\nNo commands found.",
  ].join("\n");
}

function scriptsOf(text: string | null): string {
  try {
    const { scripts } = JSON.parse(text ?? "{}") as { scripts?: Record<string, unknown> };
    return Object.entries(scripts ?? {})
      .map(([name, line]) => `- ${name}: \`${String(line)}\``)
      .join("\n");
  } catch {
    return "package.json does not parse as JSON.";
  }
}

async function lastCommits(workspace: Workspace, commit: string): Promise<string> {
  return workspace.git(["log", `-${commitsMax}`, "--format=- %h %s", commit]);
}

function rankedLines(ranked: readonly Ranked[]): string {
  return ranked.map(({ path, why }) => `- ${path} (${why})`).join("\n");
}

async function symbols(tree: TreeFiles, ranked: readonly Ranked[]): Promise<string> {
  const parts: string[] = [];
  for (const { path } of ranked.slice(0, symbolFilesMax)) {
    if (!/\.[cm]?[jt]sx?$/.test(path)) continue;
    const lines = exportedSymbols(path, (await readIn(tree, path)) ?? "");
    if (lines.length > 0) parts.push(`${path}\n${lines.map((line) => `- \`${line}\``).join("\n")}`);
  }
  return parts.join("\n\n");
}

/** Files near the root first, so that a cut leaves the shape of the repository visible. */
function treeLines(files: readonly TrackedFile[]): string {
  const depth = (path: string) => path.split("/").length;
  const lines = [...files]
    .sort((a, b) => depth(a.path) - depth(b.path) || (a.path < b.path ? -1 : 1))
    .map(({ path, bytes }) => `- ${path} (${bytes} bytes)`);
  const more = lines.length - treeLinesMax;
  return more > 0 ? [...lines.slice(0, treeLinesMax), `- ... and ${more} more`].join("\n") : lines.join("\n");
}

function shown(ranked: readonly Ranked[]): string[] {
  const paths = ranked.slice(0, shownFilesMax).map((file) => file.path);
  return paths.filter((path) => !ruleFiles.includes(path));
}

async function filesOf(
  tree: TreeFiles,
  paths: readonly string[],
  prefix: string,
  charsMax: number,
): Promise<Section[]> {
  const sections: Section[] = [];
  for (const path of paths) {
    const text = await readIn(tree, path);
    if (text === null) continue;
    const kept = text.length > charsMax ? `${text.slice(0, charsMax)}\n[... cut]` : text;
    sections.push({ title: `${prefix}${path}`, body: fenced(kept), charsMax: charsMax + 100 });
  }
  return sections;
}

function summaryOf(
  count: number,
  languages: ReturnType<typeof languagesOf>,
  project: Project,
  ranked: readonly Ranked[],
): string {
  const spoken = languages.slice(0, 2).map(({ language }) => language);
  const best = ranked.slice(0, 3).map(({ path }) => path);
  return [
    `${count} files${spoken.length > 0 ? `, mostly ${spoken.join(" and ")}` : ""}`,
    project.test === null ? "no test command" : `tests by \`${project.test}\``,
    ...(best.length > 0 ? [`likely ${best.join(", ")}`] : []),
  ].join("; ");
}
