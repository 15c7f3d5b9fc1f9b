import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DevelopResult, type JobResultOf, type JobSpecOf } from "@tamma/core/domain/loop/jobs.ts";
import { developJob } from "../jobs/develop.ts";
import { treeOfPatch } from "../workspace/apply.ts";
import { cloneAt } from "../workspace/clone.ts";
import { jobContext } from "./context.ts";
import { makeRepository, temporaryFolder } from "./repository.ts";
import { type ScriptedTurn, scripted } from "./scripted.ts";

export type Spec = JobSpecOf<"develop">;
export type Done = Extract<JobResultOf<"develop">, { outcome: "done" }>;

export const source = "exports.add = (a, b) => a + b;\n";
export const oldTest = `const { test } = require("node:test");
const assert = require("node:assert");
const { add } = require("../src/math.js");
test("adds", () => assert.equal(add(1, 2), 3));
`;
export const newTest = `const { test } = require("node:test");
const assert = require("node:assert");
const { sub } = require("../src/math.js");
test("subtracts", () => assert.equal(sub(3, 2), 1));
`;
/** Without npm in between a run takes a third of the time. */
export const commands =
  "test: node --test --test-reporter=tap\n" +
  "test-one: node --test --test-reporter=tap {files}\ntest-report: tap\n";
export const npmFiles = {
  "package.json": JSON.stringify({ scripts: { test: "node --test" } }),
  "src/math.js": source,
  "test/math.test.js": oldTest,
  "README.md": "# Math\n",
};
export const files = { ...npmFiles, ".tamma.yml": commands };
export const plan: Spec["plan"] = {
  ...{ kind: "feature", summary: "subtract numbers", complexity: 5, ambiguity: 0, questions: [] },
  ...{
    steps: ["test", "code", "docs"],
    files: ["src/math.js"],
    research: [],
    needsTests: true,
    noTestReason: "",
  },
  ...{ turnsLow: 2, turnsHigh: 9 },
};
const option = {
  ...{ id: "1", title: "one function", approach: "add sub()", pros: [], cons: [], complexity: 1 },
  ...{ testStrategy: "sub(3, 2) is 1", risk: "none" },
};

export const write = (path: string, content: string): ScriptedTurn => [["write_file", { path, content }]];
export const finish = (commit = "Do it", more = {}): ScriptedTurn => [
  ["finish", { summary: `did: ${commit}`, commit, ...more }],
];
export const redAndGreen: ScriptedTurn[] = [
  write("test/sub.test.js", newTest),
  finish("Test sub"),
  write("src/math.js", `${source}exports.sub = (a, b) => a - b;\n`),
  finish("Add sub"),
];

/** A repository, and develop jobs on it whose model follows a script. */
export class DevelopRig {
  readonly folder = temporaryFolder();
  repository = makeRepository(this.folder, "bare", files);
  private readonly blobs = new Map<string, Uint8Array>();

  /** Goes on with another repository. */
  use(content: Record<string, string>): void {
    const own = join(this.folder, `other ${readdirSync(this.folder).length}`);
    mkdirSync(own);
    this.repository = makeRepository(own, "bare", content);
  }

  async develop(script: ScriptedTurn[], more: Partial<Spec> = {}) {
    const run = scripted(jobContext(this.folder, this.repository.ref, this.blobs), script);
    const result = DevelopResult.parse(await developJob({ ...this.spec(), ...more }, run.context));
    return { result, ...run };
  }

  /** A file of the tree that a result's patch leads to. */
  async contentOf({ patch }: Done, path: string): Promise<string> {
    const folder = join(this.folder, `look ${readdirSync(this.folder).length}`);
    const clone = await cloneAt(this.repository.ref.url, { sha: this.repository.base }, folder);
    const tree = await treeOfPatch(
      clone,
      patch,
      async (ref) => this.blobs.get(ref.sha256) ?? new Uint8Array(),
    );
    return await clone.git(["cat-file", "blob", `${tree}:${path}`]);
  }

  private spec(): Spec {
    return {
      ...{
        kind: "develop",
        base: this.repository.base,
        patch: null,
        context: null,
        plan,
        option,
        mode: "work",
      },
      issue: { number: 7, title: "Subtract", body: "Please add sub()." },
      ...{ clarifications: [], instructions: [], evidence: null, threads: [], lockedTests: [] },
      ...{ attempt: 1, turnsMax: 20 },
    };
  }
}

/** The result as a finished one; anything else fails the test with what it was. */
export function done(result: JobResultOf<"develop">): Done {
  if (result.outcome !== "done") throw new Error(JSON.stringify(result));
  return result;
}
