import type { Receipt, Verdict } from "./evidence.ts";
import type { JobResultOf } from "./jobs.ts";
import type { GateName } from "./pipeline.ts";

type Verified = Extract<JobResultOf<"verify">, { outcome: "done" }>;

/** What a verify job was asked to prove. */
export interface Asked {
  base: string;
  tree: string;
  /** True: a passed `implement` needs a red and a green receipt. */
  testsFirst: boolean;
}

const kindsOf: Partial<Record<GateName, Receipt["kind"][]>> = {
  build: ["build"],
  test: ["test"],
  scan: ["scan"],
  ci: ["ci"],
};

/**
 * Where the verdicts of a verify job say more than its receipts show, in words; empty when they fit. A gate
 * believes what ran, not that somebody says it passed. What the commands printed only the runner knows: a
 * runner that forges that too has to be found by whoever trusts it with a push.
 */
export function receiptProblems(result: Verified, asked: Asked): string[] {
  const problems: string[] = [];
  for (const gate of new Set(result.verdicts.map((verdict) => verdict.gate))) {
    const verdicts = result.verdicts.filter((verdict) => verdict.gate === gate);
    const receipts = verdicts.flatMap((verdict) => verdict.receipts);
    problems.push(...receipts.flatMap((receipt) => placeProblems(receipt, asked)));
    if (verdicts.every((verdict) => verdict.outcome === "passed"))
      problems.push(...proofProblems(gate, receipts, result, asked));
  }
  return problems;
}

function placeProblems({ kind, base, tree }: Receipt, asked: Asked): string[] {
  const problems: string[] = [];
  if (base !== asked.base)
    problems.push(`the ${kind} receipt is about base ${base}, not about ${asked.base}`);
  // Red runs on the new tests over the unchanged code, a tree that nobody else knows.
  if (kind !== "red" && tree !== asked.tree)
    problems.push(`the ${kind} receipt is about tree ${tree}, not about ${asked.tree}`);
  return problems;
}

function proofProblems(
  gate: Verdict["gate"],
  receipts: readonly Receipt[],
  result: Verified,
  { testsFirst }: Asked,
): string[] {
  const wanted = gate === "implement" && testsFirst ? (["red", "green"] as const) : (kindsOf[gate] ?? []);
  const problems = wanted
    .filter((kind) => receipts.every((receipt) => receipt.kind !== kind))
    .map((kind) => `${gate} passed without a ${kind} receipt`);
  for (const receipt of receipts) problems.push(...contradictions(receipt, result));
  return problems;
}

/** A receipt of a passed gate that shows the contrary. */
function contradictions({ kind, commands, tests, testFiles }: Receipt, result: Verified): string[] {
  const failed = tests.filter((test) => test.outcome === "failed");
  switch (kind) {
    case "red": {
      if (result.unproven) return [];
      const problems = failed.length > 0 ? [] : ["the red receipt shows no failing test"];
      const proven = new Map(testFiles.map(({ path, sha256 }) => [path, sha256]));
      for (const { path, sha256 } of result.lockedTests)
        if (proven.get(path) !== sha256)
          problems.push(`${path} is locked, but the red receipt does not hold it`);
      return problems;
    }
    case "green":
      if (failed.length > 0) return [`the green receipt shows that ${failed[0]?.id} fails`];
      return tests.some((test) => test.outcome === "passed")
        ? []
        : ["the green receipt shows no passing test"];
    case "build": {
      const broken = commands.find((command) => command.exitCode !== 0);
      return broken ? [`the build receipt shows exit code ${broken.exitCode}`] : [];
    }
    default:
      return [];
  }
}
