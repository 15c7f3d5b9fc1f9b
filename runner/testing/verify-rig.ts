import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Patch } from "@tamma/core/domain/loop/evidence.ts";
import { type JobResultOf, type JobSpecOf, VerifyResult } from "@tamma/core/domain/loop/jobs.ts";
import { verifyJob } from "../jobs/verify.ts";
import { cloneAt } from "../workspace/clone.ts";
import { patchOf } from "../workspace/patch.ts";
import { jobContext } from "./context.ts";
import { commands, source } from "./develop-script.ts";
import { commitAll, git, makeRepository, temporaryFolder, write } from "./repository.ts";

export type Spec = JobSpecOf<"verify">;
type Done = Extract<JobResultOf<"verify">, { outcome: "done" }>;
/** Files by path; null: taken away. */
export type Content = Record<string, string | null>;

export const header = 'const { test } = require("node:test");\nconst assert = require("node:assert");\n';
export const testOf = (name: string, body: string) =>
  `${header}const math = require("../src/math.js");\ntest("${name}", () => { ${body} });\n`;
export const npmFiles = {
  "package.json": JSON.stringify({ scripts: { test: "node --test" } }),
  "src/math.js": source,
  "test/math.test.js": testOf("adds", "assert.equal(math.add(1, 2), 3); assert.equal(math.add(0, 0), 0);"),
};
export const files = { ...npmFiles, ".tamma.yml": commands };
/** A change that passes every gate. */
export const good = {
  "src/math.js": `${source}exports.sub = (a, b) => a - b;\n`,
  "test/sub.test.js": testOf("subtracts", "assert.equal(math.sub(3, 2), 1);"),
};
export const all: Spec["parts"] = ["red", "build", "green", "test", "scan"];

/** A repository, and verify jobs on changes of it. */
export class VerifyRig {
  readonly folder = temporaryFolder();
  repository = makeRepository(this.folder, "bare", files);
  readonly #blobs = new Map<string, Uint8Array>();

  /** Goes on with another repository. */
  use(content: Record<string, string>): void {
    const own = join(this.folder, `other ${readdirSync(this.folder).length}`);
    mkdirSync(own);
    this.repository = makeRepository(own, "bare", content);
  }

  get context() {
    return jobContext(this.folder, this.repository.ref, this.#blobs);
  }

  async patchFor(change: Content): Promise<Patch> {
    const { url } = this.repository.ref;
    const { context } = this;
    const clone = await cloneAt(url, { sha: this.repository.base }, join(context.folder, "author"));
    write(clone.path, change);
    return await patchOf(clone, this.repository.base, { putBlob: context.putBlob });
  }

  pushed(change: Content): string {
    write(this.repository.path, change);
    const head = commitAll(this.repository.path, "Subtract");
    git(this.repository.path, "push", "--quiet", "origin", "HEAD:refs/heads/tamma/1-sub");
    return head;
  }

  async verify(spec: Partial<Spec>) {
    const seen: string[] = [];
    const full: Spec = {
      ...{ kind: "verify", base: this.repository.base, patch: null, head: null, parts: all },
      ...{ needsTests: true, lockedTests: [], protectedPaths: [], ...spec },
    };
    const result = VerifyResult.parse(
      await verifyJob(full, { ...this.context, progress: (part) => seen.push(part) }),
    );
    if (result.outcome !== "done") throw new Error(JSON.stringify(result));
    const gates = result.verdicts.map((one) => `${one.gate} ${one.outcome}`);
    return { result, gates, seen };
  }

  async verifyChange(change: Content, more: Partial<Spec> = {}) {
    return await this.verify({ patch: await this.patchFor(change), ...more });
  }

  logOf(result: Done, kind: string): string {
    const receipt = result.verdicts.flatMap((one) => one.receipts).find((one) => one.kind === kind);
    return Buffer.from(this.#blobs.get(receipt?.log?.sha256 ?? "") ?? "").toString();
  }
}

export const lastEvidence = ({ verdicts }: Done) => verdicts.at(-1)?.evidence;
