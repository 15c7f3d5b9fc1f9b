import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Patch } from "@tamma/core/domain/loop/evidence.ts";
import { type JobResultOf, type JobSpecOf, VerifyResult } from "@tamma/core/domain/loop/jobs.ts";
import type { Desk } from "../../runner/agent/desk.ts";
import { parseCall } from "../../runner/agent/tool-call.ts";
import { useTool } from "../../runner/agent/tools.ts";
import { surveyJob } from "../../runner/jobs/survey.ts";
import { verifyJob } from "../../runner/jobs/verify.ts";
import { type Bench, expectSealed, openBench, putTree } from "../../runner/proof/bench.ts";
import type { Enclosure } from "../../runner/sandbox/enclosure.ts";
import { jobContext } from "../../runner/testing/context.ts";
import {
  makeRepository,
  remove,
  type TestRepository,
  temporaryFolder,
  write,
} from "../../runner/testing/repository.ts";
import { cloneAt } from "../../runner/workspace/clone.ts";
import { patchOf } from "../../runner/workspace/patch.ts";

export type Files = Parameters<typeof write>[1];
type VerifySpec = JobSpecOf<"verify">;
type Verified = Extract<JobResultOf<"verify">, { outcome: "done" }>;

/** Commands of a case are short; one that hangs is the finding. */
const commandTimeoutMs = 60_000;

const testLine = "node --test --test-reporter=tap";
export const plainFiles = {
  ".tamma.yml": `test: ${testLine}\ntest-one: ${testLine} {files}\ntest-report: tap\n`,
  "src/math.js": "exports.add = (a, b) => a + b;\n",
  "test/math.test.js": testOf("adds", "assert.equal(math.add(1, 2), 3);"),
  "README.md": "# Math\n",
};

/** A test file in the way of the small project above. */
export function testOf(name: string, body: string): string {
  const header = 'const { test } = require("node:test");\nconst assert = require("node:assert");\n';
  return `${header}const math = require("../src/math.js");\ntest("${name}", () => { ${body} });\n`;
}

/**
 * One case's own world: a repository, a folder that stands for the user's own files, and real jobs under the
 * protection that is tried. `outside` and the repository must be untouched when the case is over.
 */
export class Ground {
  readonly folder = temporaryFolder();
  /** Stands for the home of the user whom the runner runs as. */
  readonly outside = join(this.folder, "outside");
  /** Nobody may ever see it: the content of `outside/secret.txt`. */
  readonly secret = `canary-${randomBytes(12).toString("hex")}`;
  /** What the attack has reached; anything here is a failure, or a gap that is known. */
  readonly evil: string[] = [];
  readonly blobs = new Map<string, Uint8Array>();
  private made: TestRepository | null = null;
  private readonly enclosure: Enclosure;
  private readonly logs: string[][] = [];
  private readonly said: string[] = [];

  constructor(enclosure: Enclosure) {
    this.enclosure = enclosure;
    mkdirSync(join(this.outside, ".ssh"), { recursive: true });
    writeFileSync(join(this.outside, "secret.txt"), `${this.secret}\n`);
    writeFileSync(join(this.outside, ".bashrc"), "# mine\n");
  }

  /** A small project with one commit, unless the case has made another. */
  get repository(): TestRepository {
    this.made ??= makeRepository(this.folder, "bare", plainFiles);
    return this.made;
  }

  set repository(repository: TestRepository) {
    this.made = repository;
  }

  /** Goes on with another repository, made of `files`. */
  use(files: Files, kind: "working" | "bare" = "bare"): TestRepository {
    const own = join(this.folder, `other ${readdirSync(this.folder).length}`);
    mkdirSync(own);
    this.repository = makeRepository(own, kind, files);
    return this.repository;
  }

  /** Where the repository's objects and refs are: `<folder>/bare.git`, or the working folder. */
  get store(): string {
    const { ref, path } = this.repository;
    return ref.url.startsWith("file://") ? decodeURI(ref.url.slice("file://".length)) : path;
  }

  context() {
    const { path } = this.repository;
    const context = jobContext(this.folder, this.repository.ref, this.blobs, {
      enclosure: this.enclosure,
      hide: [this.outside, path, this.store],
    });
    this.logs.push(context.logged);
    return context;
  }

  async bench(): Promise<Bench> {
    return await openBench(this.context(), this.repository.base);
  }

  /** Runs a line of shell in the workspace as the project's command; `$OUTSIDE` names the user's files. */
  async command(bench: Bench, line: string) {
    const result = await bench.context.commands.shell(line, {
      cwd: bench.root,
      env: { OUTSIDE: this.outside, CANARY: this.canary, TARGET: this.store },
      timeoutMs: commandTimeoutMs,
    });
    this.said.push(result.stdout, result.stderr);
    if (result.ended !== "exit") this.evil.push(`the command ended by ${result.ended}`);
    return result;
  }

  /** What an attack makes when it has run code with our rights. */
  get canary(): string {
    return join(this.outside, "canary");
  }

  /**
   * A workspace, a command of the project in it, then all that a job does with git afterwards. Answers why
   * that was refused.
   */
  async afterCommand(line: string, more: (bench: Bench) => Promise<void> = async () => {}) {
    return await refusalOf(async () => {
      const bench = await this.bench();
      await putTree(bench, this.repository.base);
      const ran = await this.command(bench, line);
      if (ran.exitCode !== 0) throw new Error(`the trap itself failed: ${ran.stderr}`);
      await expectSealed(bench);
      await patchOf(bench.workspace, bench.base, { putBlob: bench.context.putBlob });
      await more(bench);
      for (const look of [["status"], ["diff"], ["log", "-1", "-p"], ["ls-files", "--others"]])
        await bench.workspace.git(look);
      await putTree(bench, this.repository.base);
    });
  }

  /** The present patch of `change` against the repository's base. */
  async patchFor(change: Files): Promise<Patch> {
    const context = this.context();
    const { base, ref } = this.repository;
    const clone = await cloneAt(ref.url, { sha: base }, join(context.folder, "author"));
    write(clone.path, change);
    return await patchOf(clone, base, { putBlob: context.putBlob });
  }

  /** A verify job; the words of what it refused, and its result. */
  async verify(spec: Partial<VerifySpec>): Promise<{ words: string | null; result: Verified | null }> {
    const full: VerifySpec = {
      ...{ kind: "verify", base: this.repository.base, patch: null, head: null, needsTests: true },
      ...{ parts: ["red", "build", "green", "test", "scan"], lockedTests: [], protectedPaths: [], ...spec },
    };
    const result = VerifyResult.parse(await verifyJob(full, this.context()));
    this.said.push(JSON.stringify(result));
    if (result.outcome === "stopped") return { words: result.reason, result: null };
    if (result.outcome === "failed")
      return { words: `${result.evidence.summary}\n${result.evidence.excerpt}`, result: null };
    const evidence = result.verdicts.find((one) => one.outcome === "failed")?.evidence;
    return { words: evidence ? `${evidence.summary}\n${evidence.excerpt}` : null, result };
  }

  async survey(): Promise<string | null> {
    const spec = { kind: "survey", branch: "main", issue: { title: "math", body: "" } } as const;
    return await refusalOf(async () => {
      const result = await surveyJob(spec, this.context());
      this.said.push(JSON.stringify(result));
      if (result.outcome === "failed") throw new Error(result.evidence.summary);
    });
  }

  /** What the agent's tools work on; `phase` is green unless said otherwise. */
  async desk(phase: Desk["phase"] = "green"): Promise<Desk> {
    const bench = await this.bench();
    const { context, workspace, root, project, isTestFile } = bench;
    return {
      ...{ context, workspace, root, project, isTestFile, phase },
      ...{ locked: new Map(), failedEdits: new Map(), changes: 0 },
    };
  }

  /** One call of a tool; null when it was performed, else the words of the refusal. */
  async tool(desk: Desk, name: string, input: unknown): Promise<string | null> {
    return await refusalOf(async () => {
      const call = parseCall(name, input);
      if (call.name === "ask" || call.name === "finish") throw new Error("not a tool of the desk");
      const { text, isError } = await useTool(desk, call);
      this.said.push(text);
      if (isError) throw new Error(text);
    });
  }

  /** Notes as evil whatever a case cannot have wanted: files made outside, the secret in anything said. */
  settle(): void {
    const { outside, evil } = this;
    if (existsSync(this.canary)) evil.push("code ran with our rights: the canary was made");
    const seen = readdirSync(outside).sort().join();
    if (seen.replace(",canary", "").replace("canary,", "") !== ".bashrc,.ssh,secret.txt")
      evil.push(`the user's folder holds ${seen}`);
    if (readFileSync(join(outside, ".bashrc"), "utf8") !== "# mine\n") evil.push(".bashrc was changed");
    if (readdirSync(join(outside, ".ssh")).length > 0) evil.push(".ssh was changed");
    if (!existsSync(join(outside, "secret.txt"))) evil.push("the user's file was deleted");
    const texts = [...this.said, ...this.logs.flat()];
    const blobs = [...this.blobs.values()].map((body) => Buffer.from(body).toString("utf8"));
    if ([...texts, ...blobs].some((text) => text.includes(this.secret))) evil.push("the secret was shown");
  }

  [Symbol.dispose](): void {
    remove(this.folder);
  }
}

/** The words with which something was refused; null when it was not. */
export async function refusalOf(act: () => Promise<unknown>): Promise<string | null> {
  try {
    await act();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
