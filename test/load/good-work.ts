import { createHash } from "node:crypto";
import type { BlobRef, Protection } from "@tamma/core/domain/loop/evidence.ts";
import type { JobResult, JobSpec } from "@tamma/core/domain/loop/jobs.ts";

/** Stores a body of the job and answers with its name. */
export type PutText = (text: string, mediaType: string) => Promise<BlobRef>;

/** A commit or tree of its own for each text, so that nothing has to be committed. */
export const sha = (text: string): string => createHash("sha1").update(text).digest("hex");

const protection: Protection = { kind: "process-limits", promises: [], gaps: [] };
const base = sha("base");
const tree = sha("tree");

const diffOfA = [
  "diff --git a/a.txt b/a.txt",
  "index 1111111111111111111111111111111111111111..2222222222222222222222222222222222222222 100644",
  "--- a/a.txt",
  "+++ b/a.txt",
  "@@ -1 +1,2 @@",
  " one",
  "+two",
  "",
].join("\n");

/** What a runner answers that does everything right, without a repository and without a command. */
export async function goodResult(spec: JobSpec, put: PutText): Promise<JobResult> {
  switch (spec.kind) {
    case "survey": {
      const context = await put("survey of the repository", "text/plain");
      const done = { outcome: "done", base, context, summary: "small", config: {}, hasTests: true } as const;
      return { kind: "survey", result: done };
    }
    case "open":
      return { kind: "open", result: { outcome: "done", base, head: sha("first") } };
    case "develop":
      return { kind: "develop", result: await developed(put) };
    case "verify":
      return { kind: "verify", result: verified(spec) };
    case "publish":
      return { kind: "publish", result: { outcome: "done", sha: sha("pushed"), tree } };
    case "rebase": {
      const patch = { ...spec.patch, base: spec.onto };
      return { kind: "rebase", result: { outcome: "done", patch, unchanged: true } };
    }
    case "merge":
      return { kind: "merge", result: { outcome: "done", sha: sha("merged") } };
    default:
      return spec satisfies never;
  }
}

async function developed(put: PutText): Promise<Extract<JobResult, { kind: "develop" }>["result"]> {
  const diff = await put(diffOfA, "text/x-diff");
  const modes = { modeBefore: "100644", modeAfter: "100644" } as const;
  const file = { path: "a.txt", status: "modified", ...modes, binary: false, added: 1, removed: 0 } as const;
  const commits = [{ message: "Do it", paths: ["a.txt"] }];
  const rest = { summary: "done", rejections: [], testFiles: ["a.test.ts"], replies: [] };
  return { outcome: "done", patch: { base, tree, diff, files: [file], commits }, ...rest };
}

const gateOf = {
  red: "implement",
  green: "implement",
  build: "build",
  test: "test",
  scan: "scan",
  ci: "ci",
} as const;

function verified(
  spec: Extract<JobSpec, { kind: "verify" }>,
): Extract<JobResult, { kind: "verify" }>["result"] {
  const verdicts = spec.parts.map((part) => {
    const outcome = part === "red" ? ("failed" as const) : ("passed" as const);
    const tests = [{ id: "a.test.ts > works", outcome, file: "a.test.ts", message: null }];
    const receipt = { kind: part, base, tree, commands: [], tests, testFiles: [], tools: {}, log: null };
    const receipts = [{ ...receipt, protection }];
    return { gate: gateOf[part], outcome: "passed" as const, receipts, evidence: null };
  });
  const nothing = { lockedTests: [], weakened: [], signatures: [], scan: [], absentScanners: [] };
  return { outcome: "done", verdicts, tree, patch: null, ...nothing, unproven: false, protection };
}

const option = { approach: "do it", pros: [], cons: [], complexity: 1, testStrategy: "one", risk: "none" };

/** What a model answers that is asked once: each fits its task's schema. */
export const goodAnswers = {
  plan: {
    ...{ kind: "feature", summary: "two lines instead of one", complexity: 5, ambiguity: 0, questions: [] },
    ...{ steps: ["one", "two", "three"], files: ["a.txt"], research: [], needsTests: true, noTestReason: "" },
    ...{ turnsLow: 1, turnsHigh: 3 },
  },
  design: {
    options: [
      { id: "1", title: "First", ...option },
      { id: "2", title: "Second", ...option },
    ],
    ...{ recommended: "1", rationale: "simple" },
  },
  review: { summary: "fine", findings: [] },
} as const;
