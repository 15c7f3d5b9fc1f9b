import type { Sha } from "@tamma/core/domain/ids.ts";
import type { PatchFile, TestOutcome } from "@tamma/core/domain/loop/evidence.ts";
import type { JobSpecOf } from "@tamma/core/domain/loop/jobs.ts";
import type { Desk } from "../agent/desk.ts";
import type { ToolInput } from "../agent/tool-call.ts";
import { outputExcerpt, testExcerpt } from "../project/excerpt.ts";
import { outputFingerprint, testFingerprint } from "../project/fingerprint.ts";
import { runLine, runSuite, runTestFiles, type SuiteRun } from "../project/suite.ts";
import { isRunnableTest } from "../project/test-files.ts";
import { type Bench, changedBetween, putTree } from "../proof/bench.ts";
import { moreThanWords } from "../proof/diff-classifier.ts";
import { changedLines } from "../proof/diff-lines.ts";
import { unreported } from "../proof/green.ts";
import { judgeRed } from "../proof/red.ts";
import { secretsIn } from "../proof/secret-scan.ts";
import { declaresTests } from "../proof/test-lock.ts";
import { filesOfTree, treeWith } from "../proof/tree-files.ts";
import { readInside } from "../workspace/inside.ts";
import { diffOf } from "../workspace/patch.ts";

/** What the suite of the unchanged base said. */
export interface Baseline {
  known: ReadonlySet<string>;
  failing: ReadonlySet<string>;
}

/** Tests are written by hand. */
const testBytesMax = 2_000_000;

/** Why a finish is refused. `kind` is short and stable, for fingerprints. */
export interface Refusal {
  text: string;
  fingerprint: string;
}

/**
 * What each phase of a develop job has to show; null when it is shown. `start`: the tree when the phase
 * began.
 */
export class DevelopJudge {
  private readonly spec: JobSpecOf<"develop">;
  private readonly bench: Bench;
  private readonly desk: Desk;
  private readonly baseline: Baseline;
  /** Tests that this job has seen red; null when an earlier one did. */
  private failedBefore: string[] | null = null;

  constructor(spec: JobSpecOf<"develop">, bench: Bench, desk: Desk, baseline: Baseline) {
    this.spec = spec;
    this.bench = bench;
    this.desk = desk;
    this.baseline = baseline;
  }

  /** Tests first: new tests on unchanged code. */
  async red(tree: Sha, start: Sha): Promise<Refusal | null> {
    const { bench, baseline } = this;
    const touched = await changedBetween(bench.workspace, start, tree);
    const outside = touched.filter(({ path }) => !bench.isTestFile(path)).map(({ path }) => path);
    if (outside.length > 0)
      return red(
        "source-changed",
        `${outside.join(", ")} changed, but in red only test files may; put them back`,
      );
    const changed = (await changedBetween(bench.workspace, bench.base, tree)).filter(
      ({ path, status }) => status !== "deleted" && bench.isTestFile(path),
    );
    const paths = changed.map(({ path }) => path);
    const files = paths.filter((path) => isRunnableTest(path, bench.project.testGlobs));
    if (files.length === 0)
      return red("no-tests", "no test file is new or changed: write a test that fails first");
    await putTree(bench, await treeWith(bench.workspace, bench.base, tree, paths));
    const run = await runTestFiles({ ...this.where(), files });
    await putTree(bench, tree);
    const judged = judgeRed(run, {
      files,
      known: baseline.known,
      failingBefore: baseline.failing,
      strict: true,
    });
    if (judged.fault) return red(judged.fault.kind, judged.fault.reason);
    const store = filesOfTree(bench.workspace, tree);
    this.failedBefore = run.failed.map((test) => test.id);
    for (const path of judged.proven) this.desk.locked.set(path, (await store.sha256(path)) ?? "");
    return null;
  }

  /** The new tests, then the whole suite. */
  async tests(): Promise<Refusal | null> {
    const files = [...this.desk.locked.keys()];
    if (files.length > 0) {
      const run = await runTestFiles({ ...this.where(), files });
      const refusal = this.failing("The new tests do not pass", run) ?? (await this.unreported(files, run));
      if (refusal) return refusal;
    }
    return this.failing("The whole suite does not pass", await runSuite(this.where()));
  }

  private async unreported(files: string[], run: SuiteRun): Promise<Refusal | null> {
    const { root } = this.bench;
    const declares = async (file: string) =>
      declaresTests((await readInside(root, file, testBytesMax).catch(() => null))?.toString() ?? "");
    const { failedBefore } = this;
    const missing = await unreported({ files, failedBefore, tests: run.tests, declares });
    if (missing.length === 0) return null;
    return {
      text: `These tests failed in red and report no success now: ${missing.join("; ")}`,
      fingerprint: `green:unreported:${missing.join(",")}`.slice(0, 300),
    };
  }

  /** Failures that the base has too are not ours. */
  private failing(what: string, run: SuiteRun): Refusal | null {
    const own: TestOutcome[] = run.failed.filter((test) => !this.baseline.failing.has(test.id));
    if (own.length === 0) return null;
    return { text: `${what}:\n${testExcerpt(own)}`, fingerprint: testFingerprint(own, this.bench.root) };
  }

  private async build(): Promise<Refusal | null> {
    const { build, lint } = this.bench.project;
    for (const [kind, line] of Object.entries({ build, lint })) {
      const run = line === null ? null : await runLine(this.where(), line);
      if (!run || run.passed) continue;
      const fingerprint = outputFingerprint(kind, run.output, this.bench.root);
      return { text: `\`${run.line}\` fails:\n${outputExcerpt(run.output)}`, fingerprint };
    }
    return null;
  }

  async fix(tree: Sha, start: Sha): Promise<Refusal | null> {
    const gate = this.spec.evidence?.gate;
    if (tree === start)
      return {
        text: `nothing changed, so gate ${gate ?? "?"} would refuse it again`,
        fingerprint: "fix:no-change",
      };
    const built = await this.build();
    if (built) return built;
    if (!this.spec.plan.needsTests) return await this.words(tree);
    if (gate === "scan") {
      const diff = new TextDecoder().decode(await diffOf(this.bench.workspace, this.bench.base, tree));
      const secret = (await secretsIn(changedLines(diff), this.bench.isTestFile)).find(
        (one) => one.severity === "critical",
      );
      if (secret)
        return { text: `${secret.path}:${secret.line} ${secret.detail}`, fingerprint: `scan:${secret.path}` };
    }
    if (gate !== "build") return await this.tests();
    const files = [...this.desk.locked.keys()];
    if (files.length === 0) return null;
    return this.failing(
      "The proven tests do not pass any more",
      await runTestFiles({ ...this.where(), files }),
    );
  }

  async address(input: ToolInput<"finish">, tree: Sha, start: Sha): Promise<Refusal | null> {
    const replies = repliesOf(this.spec, input).map((reply) => reply.thread);
    const missing = this.spec.threads.filter((thread) => !replies.includes(thread.id));
    if (missing.length > 0) {
      const ids = missing.map((thread) => thread.id).join(", ");
      return {
        text: `these threads have no reply: ${ids}. Give one in \`replies\` for each`,
        fingerprint: "address:no-reply",
      };
    }
    if (tree !== start) {
      const refusal = (await this.build()) ?? (await this.tests());
      if (refusal) return refusal;
    }
    return null;
  }

  /** The plan said that no test is needed: then only words may change. */
  async words(tree: Sha): Promise<Refusal | null> {
    const { workspace, base } = this.bench;
    const files = await patchFiles(this.bench, tree);
    if (files.length === 0) return { text: "nothing changed yet", fingerprint: "words:no-change" };
    const more = await moreThanWords(
      files,
      filesOfTree(workspace, base).text,
      filesOfTree(workspace, tree).text,
    );
    if (more.length === 0) return null;
    const said = more.map(({ path, why }) => `${path}: ${why}`).join("; ");
    const rule =
      "the plan says that no test is needed, so only documentation, comments or formatting may change";
    const text = `${rule}. ${said}`;
    return {
      text,
      fingerprint: `words:${more
        .map(({ path }) => path)
        .sort()
        .join(",")}`,
    };
  }

  /** A command may have changed what the tools refuse to change. */
  async lockBroken(tree: Sha): Promise<Refusal | null> {
    const store = filesOfTree(this.bench.workspace, tree);
    for (const [path, sha256] of this.desk.locked)
      if ((await store.sha256(path)) !== sha256)
        return {
          text: `${path} is locked and does not hold what was proven red; put it back`,
          fingerprint: `lock:${path}`,
        };
    return null;
  }

  private where() {
    return { context: this.bench.context, root: this.bench.root, project: this.bench.project };
  }
}

/** One reply for each open thread, in their order; replies to anything else are dropped. */
export function repliesOf(
  spec: JobSpecOf<"develop">,
  input: ToolInput<"finish">,
): { thread: string; text: string }[] {
  const given = (input.replies ?? []).filter((reply) => reply.text.trim() !== "");
  return spec.threads
    .map(({ id }) => given.find((reply) => reply.thread === id))
    .filter((one) => one !== undefined);
}

function red(kind: string, text: string): Refusal {
  return { text: `${kind}: ${text}`, fingerprint: `red-rejected:${kind}` };
}

async function patchFiles({ workspace, base }: Bench, tree: Sha): Promise<PatchFile[]> {
  const changed = await changedBetween(workspace, base, tree);
  const modes = async (at: Sha, path: string) =>
    (await workspace.git(["ls-tree", at, "--", path])).slice(0, 6).trim() || "000000";
  return await Promise.all(
    changed.map(async ({ path, status }) => ({
      path,
      status,
      modeBefore: await modes(base, path),
      modeAfter: await modes(tree, path),
      binary: false,
      added: 0,
      removed: 0,
    })),
  );
}
