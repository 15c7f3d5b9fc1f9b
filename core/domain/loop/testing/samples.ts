import type { CommandOf } from "../commands.ts";
import type { Patch, Protection, Receipt, Verdict } from "../evidence.ts";
import type { JobResultOf } from "../jobs.ts";
import type { GateName } from "../pipeline.ts";
import type { Design, Plan } from "../proposal.ts";
import type { LoopSettings, Person } from "../work.ts";

/**
 * Plain, valid values for tests of the domain. Shas are made of one digit so that a failing test reads
 * well.
 */

export const sha = (digit: string): string => digit.repeat(40).slice(0, 40);

/** A tree of its own for the nth work on the code. */
export const treeOf = (n: number): string => `9${String(n).padStart(39, "0")}`;

export const person = (id = "mia"): Person => ({
  kind: "person",
  id,
  authenticated: "local-token",
  ip: null,
});

export const settings: LoopSettings = {
  level: "dev/consultant",
  confirmAssign: false,
  preApproved: [],
  budgetMicroUsdMax: 1_000_000,
  onEscalation: "hold",
  mergeMethod: "merge",
  checks: "runner",
  noChecksAreGreen: false,
  protectedPaths: [],
  membersMin: 5,
};

export const startLoop = (changes: Partial<LoopSettings> = {}): CommandOf<"StartLoop"> => ({
  type: "StartLoop",
  loop: "local/calc/7#1",
  claim: "claim-1",
  issue: {
    ...{ id: "7", number: 7, title: "Round half up", body: "1.5 becomes 1", author: "mia" },
    mayWrite: true,
    ...{ labels: [], comments: [], url: "/app/repos/calc/issues/7" },
  },
  repository: { connection: "local", id: "calc", name: "calc", url: "/srv/calc", defaultBranch: "main" },
  requester: person(),
  settings: { ...settings, ...changes },
});

export const plan: Plan = {
  ...{ kind: "bug", summary: "halves round up", complexity: 10, ambiguity: 5, questions: [] },
  steps: ["write a failing test", "change the rounding", "look at the callers"],
  ...{ files: ["src/round.ts"], research: [], needsTests: true, noTestReason: "", turnsLow: 4, turnsHigh: 9 },
};

export const askingPlan: Plan = {
  ...plan,
  ambiguity: 80,
  questions: [{ id: "q1", question: "Up or even?", why: "both are usual", suggested: "up" }],
};

const option = (id: string) => ({
  ...{ id, title: `option ${id}`, approach: `build it like ${id}`, pros: ["short"], cons: ["rigid"] },
  ...{ complexity: 10, testStrategy: "one table", risk: "callers" },
});

export const design: Design = {
  options: [option("1"), option("2")],
  recommended: "1",
  rationale: "it is simpler",
};

export const protection: Protection = { kind: "process-limits", promises: [], gaps: [] };

const blob = { sha256: "a".repeat(64), size: 10, mediaType: "text/x-diff" };
export const context = blob;

/** A patch that arrives at `tree`; `path` decides what policy sees in it. */
export const patch = (tree: string, path = "src/round.ts", base = sha("b")): Patch => ({
  ...{ base, tree, diff: blob },
  files: [
    {
      path,
      status: "modified",
      modeBefore: "100644",
      modeAfter: "100644",
      binary: false,
      added: 3,
      removed: 1,
    },
  ],
  commits: [{ message: "Round half up", paths: [path] }],
});

const lockedTests = [{ path: "test/round.test.ts", sha256: "c".repeat(64) }];

/** A receipt of a run in which a new test failed (red) or passed. */
export const receipt = (kind: Receipt["kind"], tree: string, base = sha("b")): Receipt => ({
  ...{ kind, base, tree, commands: [], testFiles: lockedTests, tools: {}, protection, log: null },
  tests: [
    {
      ...{ id: "test/round.test.ts > rounds", file: "test/round.test.ts", message: null },
      outcome: kind === "red" ? "failed" : "passed",
    },
  ],
});

const kinds: Partial<Record<GateName, Receipt["kind"][]>> = {
  implement: ["red", "green"],
  build: ["build"],
  test: ["test"],
  scan: ["scan"],
  ci: ["ci"],
};

export const passing = (gate: GateName, tree: string, base = sha("b")): Verdict => ({
  ...{ gate, outcome: "passed", evidence: null },
  receipts: (kinds[gate] ?? []).map((kind) => receipt(kind, tree, base)),
});

export const failing = (gate: GateName, fingerprint: string): Verdict => ({
  ...{ gate, outcome: "failed", receipts: [] },
  evidence: { summary: `${gate} fails with ${fingerprint}`, fingerprint, excerpt: fingerprint, log: null },
});

const order: GateName[] = ["implement", "build", "test", "scan"];

/** A verify result for `tree`; with `fail` it ends at that gate. */
export function verifyResult(
  tree: string,
  fail: { gate: GateName; fingerprint: string } | null = null,
  more: Partial<Extract<JobResultOf<"verify">, { outcome: "done" }>> = {},
  base = sha("b"),
): JobResultOf<"verify"> {
  const gates = fail ? order.slice(0, order.indexOf(fail.gate)) : order;
  const verdicts = gates.map((gate) => passing(gate, tree, base));
  if (fail) verdicts.push(failing(fail.gate, fail.fingerprint));
  return {
    ...{ outcome: "done", verdicts, tree, patch: null, weakened: [], signatures: [], scan: [] },
    ...{ absentScanners: ["npm audit"], unproven: false, protection },
    lockedTests,
    ...more,
  };
}
