import type { LoopCommand } from "../commands.ts";
import type { Verdict } from "../evidence.ts";
import type { JobResult, JobResultOf } from "../jobs.ts";
import type { Checkpoint, Job, Loop } from "../state.ts";
import * as sample from "./samples.ts";
import type { Answer, Trouble } from "./world.ts";

/**
 * What comes too late, from the wrong one, or is not true. Nearly all of it has to change nothing; the laws
 * see what it changed.
 */
export function oddAnswers(loop: Loop, trouble: readonly Trouble[], results: Named[]): Answer[] {
  if (loop.state !== "active") return [];
  const list: Answer[] = [];
  const { doing, facts } = loop;
  if (trouble.includes("zombies") && doing.kind === "job")
    list.push(...zombies(doing.job, facts.fences, results));
  if (trouble.includes("late")) list.push(...late(loop));
  if (trouble.includes("persons") && doing.kind === "checkpoint") list.push(...others(doing.checkpoint));
  if (trouble.includes("checks") && doing.kind === "checks") list.push(...oddChecks(doing.sha));
  return list;
}

export type Named = [string, JobResult];

/** A runner that was given up comes back: with its old fence, or for the job before. */
function zombies(job: Job, fences: number, results: Named[]): Answer[] {
  const said = (name: string, id: string, fence: number): Answer[] => [
    ...results.slice(0, 1).map(([what, result]) => ({
      name: `${name}: ${what}`,
      command: { type: "ReportJobResult", job: id, fence, result } as const,
    })),
    { name: `${name}: expired`, command: { type: "ExpireLease", job: id, fence } },
  ];
  const before = job.id.replace(/\d+$/, String(job.n - 1));
  const list = said("zombie of the job before", before, job.fence);
  // Without a lease the last fence is an old one too.
  const old = job.runner === null ? fences : job.fence - 1;
  return old > 0 ? [...list, ...said("zombie", job.id, old)] : list;
}

/** Answers, decisions and timers that were overtaken. */
function late({ doing, facts }: Extract<Loop, { state: "active" }>): Answer[] {
  const say = (name: string, command: LoopCommand): Answer => ({ name, command });
  const list = [
    say("an old wait expires", { type: "FireTimer", key: `expire:${facts.waits - 1}`, timer: "expire-wait" }),
    say("an old plan", { type: "ReportPlan", n: facts.asks - 1, plan: sample.plan }),
    say("an old review", {
      type: "ReportReview",
      n: facts.asks - 1,
      review: { summary: "", findings: [] },
    }),
  ];
  if (doing.kind !== "checkpoint") return list;
  const { id, kind } = doing.checkpoint;
  const by = sample.person("ann");
  const rest = { decision: "approve", option: null, text: "", by, via: "cli" } as const;
  return [
    ...list,
    say(`approve another ${kind}`, {
      ...{ type: "DecideCheckpoint", checkpoint: id, subject: sample.sha("8"), ...rest },
    }),
  ];
}

/** The requester himself, and a yes that was said before anybody saw what it is about. */
function others({ id, subject, kind }: Checkpoint): Answer[] {
  const decide = (who: string, via: "cli" | "--yes"): Answer => ({
    name: `approve ${kind} by ${who} (${via})`,
    command: {
      ...{ type: "DecideCheckpoint", checkpoint: id, subject, decision: "approve", option: null, text: "" },
      ...{ by: sample.person(who), via },
    },
  });
  return [decide("mia", "cli"), decide("ann", "--yes")];
}

/** Reports that must not open the gate: another commit, nothing at all, nothing that is required, not yet. */
function oddChecks(sha: string): Answer[] {
  const check = { name: "ci", url: null };
  const report = (
    name: string,
    of: string,
    checks: { required: boolean; state: "passed" | "pending" }[],
  ): Answer => ({
    name,
    command: { type: "ReportChecks", sha: of, checks: checks.map((one) => ({ ...check, ...one })) },
  });
  return [
    report("checks of another commit", sample.sha("8"), [{ required: true, state: "passed" }]),
    report("no checks", sha, []),
    report("optional checks", sha, [{ required: false, state: "passed" }]),
    report("checks pending", sha, [{ required: true, state: "pending" }]),
  ];
}

/** A clean checkout that shows what nobody may wave through, or whose receipts do not show what it says. */
export function oddVerified(
  done: Extract<JobResultOf<"verify">, { outcome: "done" }>,
  trouble: readonly Trouble[],
): Named[] {
  const list: Named[] = [];
  const verified = (name: string, more: Partial<typeof done>) =>
    list.push([name, { kind: "verify", result: { ...done, ...more } }]);
  if (trouble.includes("breaking")) {
    const breaking = {
      path: "src/round.ts",
      name: "round",
      change: "removed",
      detail: "round() is gone",
    } as const;
    verified("verified, breaking", { signatures: [{ ...breaking, breaking: true }] });
  }
  if (trouble.includes("forged")) {
    const retold = (change: (verdict: Verdict) => Verdict) => ({ verdicts: done.verdicts.map(change) });
    verified(
      "verified without receipts",
      retold((verdict) => ({ ...verdict, receipts: [] })),
    );
    const elsewhere = (verdict: Verdict) =>
      verdict.receipts.map((receipt) => ({ ...receipt, tree: sample.sha("8") }));
    verified(
      "verified elsewhere",
      retold((verdict) => ({ ...verdict, receipts: elsewhere(verdict) })),
    );
    verified("verified in part", { verdicts: done.verdicts.slice(0, -1) });
  }
  return list;
}
