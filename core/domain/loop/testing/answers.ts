import type { MergeOutcome, MergeRefusal } from "../../platform/merging.ts";
import { threadsPerRoundMax } from "../../policy/limits.ts";
import type { LoopCommand } from "../commands.ts";
import type { JobResult } from "../jobs.ts";
import type { GateName } from "../pipeline.ts";
import { react } from "../react.ts";
import type { Active, Checkpoint, EscalatedLoop, Job, Loop } from "../state.ts";
import { type Named, oddAnswers, oddVerified } from "./odd-answers.ts";
import * as sample from "./samples.ts";
import type { Answer, World } from "./world.ts";

export const calm: World = { failing: [], trouble: [] };

/** Everything that the world may answer to what the loop is doing now. */
export function answers(loop: Loop, world: World): Answer[] {
  if (loop.state === "not-started" || loop.state === "ended") return [];
  const list = loop.state === "escalated" ? escalationAnswers(loop) : doingAnswers(loop, world);
  const { trouble } = world;
  for (const one of oddAnswers(loop, trouble, resultsNow(loop, world))) list.push({ ...one, odd: true });
  if (trouble.includes("head") && loop.facts.branch) {
    const head = loop.facts.head === sample.sha("e") ? sample.sha("f") : sample.sha("e");
    list.push({ name: "foreign push", command: { type: "ReportHead", branch: loop.facts.branch, head } });
  }
  if (trouble.includes("pauses")) list.push(...pauses());
  if (trouble.includes("no-run") && loop.state === "active" && loop.doing.kind === "job") {
    const said = { why: "the run was cancelled", todo: "retry" };
    list.push({ name: "no run", command: { type: "ReportNoRun", job: loop.doing.job.id, ...said } });
  }
  if (trouble.includes("timers"))
    for (const { key, timer } of react(loop).timers)
      list.push({ name: `timer ${timer}`, command: { type: "FireTimer", key, timer } });
  if (trouble.includes("threads") && loop.facts.pullRequest && loop.facts.threads.length < 2) {
    const thread = `t${loop.facts.threads.length}`;
    const place = { author: sample.person("ann"), path: null, line: 0, text: "why?" };
    list.push({ name: "comment", command: { type: "CommentOnPullRequest", thread, ...place } });
  }
  return list;
}

function doingAnswers({ doing, facts }: Active, world: World): Answer[] {
  switch (doing.kind) {
    case "call": {
      const good = callAnswer(doing.call, facts.calls);
      const more = doing.call === "merge" ? mergeAnswers(doing, facts, world) : [];
      if (!world.trouble.includes("effects")) return [good, ...more];
      const key = `call:${doing.call}:${doing.n}`;
      const rest = { key, mainLine: true, effect: doing.call, reason: "the platform said no" };
      return [good, ...more, { name: "effect failed", command: { type: "ReportEffectFailed", ...rest } }];
    }
    case "model":
      return modelAnswers(doing.task, doing.n, facts.clarifications.length > 0, world, facts.attempts);
    case "job":
      return jobAnswers(doing.job, facts, world);
    case "checkpoint":
      return checkpointAnswers(doing.checkpoint, world);
    case "questions": {
      const open = facts.clarifications.filter((one) => one.answer === null);
      const given = open.map(({ id }) => ({ question: id, answer: "up" }));
      const by = sample.person("ann");
      return [{ name: "answer", command: { type: "AnswerQuestions", answers: given, by, via: "cli" } }];
    }
    case "obstacle":
      return [{ name: "clear", command: { type: "ClearObstacle", by: sample.person("ann") } }];
    case "checks": {
      const check = { name: "ci", required: true, url: null };
      const report = (state: "passed" | "failed"): Answer => ({
        name: `checks ${state}`,
        command: { type: "ReportChecks", sha: doing.sha, checks: [{ ...check, state }] },
      });
      return world.failing.includes("ci") ? [report("passed"), report("failed")] : [report("passed")];
    }
    case "deciding":
      return [];
    default:
      return doing satisfies never;
  }
}

/** May be refused: while it merges, and where a person is waited for anyway. */
function pauses(): Answer[] {
  const by = sample.person("ann");
  return [
    { name: "pause", command: { type: "PauseLoop", by }, odd: true },
    { name: "escalate", command: { type: "EscalateLoop", by, reason: "mine" }, odd: true },
  ];
}

function callAnswer(call: string, n: number): Answer {
  const commands: Record<string, LoopCommand> = {
    claim: { type: "ReportClaimed" },
    "request-slot": { type: "GrantSlot", claim: `claim-${n}` },
    "open-pull-request": { type: "ReportPullRequestOpened", id: "1", number: 1, url: "/app/pull/1" },
    "mark-ready": { type: "ReportPullRequestReady" },
    "submit-review": { type: "ReportReviewSubmitted" },
    "request-merge-turn": { type: "GrantMergeTurn", turn: `turn-${n}` },
    merge: { type: "ReportMerge", n, outcome: { state: "merged", sha: sample.sha("a") } },
  };
  return { name: call, command: commands[call] as LoopCommand };
}

/** What a platform says instead of having merged. */
function mergeAnswers(
  { n, queued }: Extract<Active["doing"], { kind: "call" }>,
  facts: Active["facts"],
  { failing, trouble }: World,
): Answer[] {
  const answer = (name: string, outcome: MergeOutcome): Answer => ({
    name,
    command: { type: "ReportMerge", n, outcome },
  });
  const refused = (name: string, refusal: MergeRefusal) => answer(name, { state: "refused", refusal });
  const list: Answer[] = [];
  if (trouble.includes("base") && facts.base !== sample.sha("c"))
    list.push(refused("base moved", { why: "base-moved", base: sample.sha("c") }));
  if (trouble.includes("head")) {
    list.push(refused("head moved", { why: "head-moved", head: sample.sha("e") }));
    list.push(refused("branch gone", { why: "head-moved", head: null }));
  }
  if (trouble.includes("queue") && !queued) list.push(answer("queued", { state: "queued" }));
  if (trouble.includes("late"))
    list.push({
      ...{ name: "an old merge", odd: true as const },
      command: { type: "ReportMerge", n: n - 1, outcome: { state: "merged", sha: sample.sha("a") } },
    });
  if (!failing.includes("merge")) return list;
  list.push(refused("conflict", { why: "conflict", words: "a.ts" }));
  for (const words of marks(facts, "merge"))
    list.push(refused(`merge blocked ${words}`, { why: "blocked", words }));
  return list;
}

function modelAnswers(
  task: "plan" | "design" | "review",
  n: number,
  answered: boolean,
  { failing, trouble }: World,
  attempts: Active["facts"]["attempts"],
): Answer[] {
  const list: Answer[] = [];
  const review = { summary: "fine", findings: [] as never[] };
  if (task === "plan") list.push({ name: "plan", command: { type: "ReportPlan", n, plan: sample.plan } });
  if (task === "design")
    list.push({ name: "design", command: { type: "ReportDesign", n, design: sample.design } });
  if (task === "review") list.push({ name: "review", command: { type: "ReportReview", n, review } });
  if (task === "plan" && !answered && trouble.includes("questions"))
    list.push({ name: "questions", command: { type: "ReportPlan", n, plan: sample.askingPlan } });
  const rest = { type: "ReportModelFailure", task, n, retryAt: null } as const;
  if (failing.includes(task))
    for (const detail of [`old`, `new ${attempts[task].failed}`])
      list.push({ name: `garbage ${detail}`, command: { ...rest, kind: "garbage", detail } });
  if (task === "review" && failing.includes("review"))
    list.push({
      name: "blocking",
      command: { type: "ReportReview", n, review: blocking(attempts.review.failed) },
    });
  if (trouble.includes("provider"))
    for (const kind of ["transient", "auth", "budget"] as const)
      list.push({ name: `provider ${kind}`, command: { ...rest, kind, detail: kind } });
  return list;
}

function blocking(n: number) {
  const finding = { path: "src/round.ts", line: 3, title: `bug ${n}`, detail: "wrong", suggestion: "" };
  return { summary: "no", findings: [{ ...finding, severity: "blocking" as const }] };
}

function checkpointAnswers({ id, subject, kind, approvals }: Checkpoint, { trouble }: World): Answer[] {
  const by = sample.person("ann");
  const decide = (decision: "approve" | "change" | "reject", who = by): Answer => ({
    name: `${decision} ${kind}`,
    command: {
      ...{ type: "DecideCheckpoint", checkpoint: id, subject, decision, option: null },
      ...{ text: decision === "approve" ? "" : "not like this", by: who, via: "cli" },
    },
  });
  // With two-person rules the next yes has to come from somebody else.
  const again = approvals.some((approval) => approval.by.id === by.id);
  const list = [decide("approve", again ? sample.person("bob") : by)];
  if (again) list.push(decide("approve"));
  if (trouble.includes("reject")) list.push(decide("change"), decide("reject"));
  return list;
}

function escalationAnswers({ card }: EscalatedLoop): Answer[] {
  const resolve = {
    type: "ResolveEscalation",
    escalation: card.escalation,
    by: sample.person("ann"),
  } as const;
  return card.choices.map((choice) => ({ name: choice, command: { ...resolve, choice, text: "smaller" } }));
}

function jobAnswers(job: Job, facts: Active["facts"], world: World): Answer[] {
  if (job.runner === null)
    return [{ name: "lease", command: { type: "LeaseJob", job: job.id, runner: "laptop" } }];
  const { fence } = job;
  const report = (name: string, result: JobResult): Answer => ({
    name,
    command: { type: "ReportJobResult", job: job.id, fence, result },
  });
  const list = jobResults(job, facts, world).map(([name, result]) => report(name, result));
  if (world.trouble.includes("runner-lost"))
    list.push({ name: "lease expired", command: { type: "ExpireLease", job: job.id, fence } });
  if (world.trouble.includes("runner-stops")) {
    const result = { outcome: "stopped", reason: "told to end" } as const;
    list.push(report("stopped", { kind: job.kind, result } as JobResult));
  }
  return list;
}

/** Fingerprints: the one of before ("old") or one that was never seen ("new"). */
function marks(facts: Active["facts"], gate: GateName): string[] {
  return ["old", `new-${facts.attempts[gate].failed}`];
}

function failed(facts: Active["facts"], gate: GateName, kind: JobResult["kind"]): Named[] {
  return marks(facts, gate).map((fingerprint) => {
    const evidence = { summary: `${kind} broke`, fingerprint, excerpt: "", log: null };
    const result = { outcome: "failed", evidence, rejections: [] };
    return [`${kind} ${fingerprint}`, { kind, result } as unknown as JobResult];
  });
}

function resultsNow(loop: Loop, world: World): Named[] {
  return loop.state === "active" && loop.doing.kind === "job"
    ? jobResults(loop.doing.job, loop.facts, world)
    : [];
}

function jobResults(job: Job, facts: Active["facts"], { failing, trouble }: World): Named[] {
  switch (job.kind) {
    case "survey": {
      const done = {
        outcome: "done",
        base: sample.sha("b"),
        context: sample.context,
        summary: "ts",
        config: {},
      } as const;
      const good: Named = ["surveyed", { kind: "survey", result: { ...done, hasTests: true } }];
      return failing.includes("plan") ? [good, ...failed(facts, "plan", "survey")] : [good];
    }
    case "open": {
      const done = { outcome: "done", base: sample.sha("b"), head: sample.sha("1") } as const;
      const good: Named = ["opened", { kind: "open", result: done }];
      return failing.includes("push") ? [good, ...failed(facts, "push", "open")] : [good];
    }
    case "develop": {
      const patch = sample.patch(sample.treeOf(facts.develops), undefined, facts.base ?? undefined);
      const replies = facts.threads
        .filter((one) => one.reply === null && job.purpose === "address")
        .slice(0, threadsPerRoundMax)
        .map(({ id }) => ({ thread: id, text: "done" }));
      const done = {
        outcome: "done",
        patch,
        summary: "did it",
        rejections: [],
        testFiles: [],
        replies,
      } as const;
      const list: Named[] = [
        ["developed", { kind: "develop", result: { ...done, rejections: [] } as never }],
      ];
      if (failing.includes("implement")) list.push(...failed(facts, "implement", "develop"));
      if (trouble.includes("questions") && facts.clarifications.length < 2)
        list.push([
          "asks",
          { kind: "develop", result: { outcome: "question", questions: sample.askingPlan.questions } },
        ]);
      if (trouble.includes("provider"))
        for (const kind of ["transient", "auth", "refusal"])
          list.push([
            `provider ${kind}`,
            {
              kind: "develop",
              result: { outcome: "provider", error: { kind, message: kind, retryAt: null } },
            },
          ]);
      return list;
    }
    case "verify":
      return verifyResults(job, facts, { failing, trouble });
    case "publish": {
      const tree = facts.patch?.tree ?? sample.sha("9");
      const sha = tree.replace(/^./, "d");
      const list: Named[] = [["published", { kind: "publish", result: { outcome: "done", sha, tree } }]];
      const other = { outcome: "done", sha, tree: sample.sha("8") } as const;
      if (trouble.includes("forged"))
        list.push(["another tree published", { kind: "publish", result: other }]);
      if (trouble.includes("head"))
        list.push([
          "head moved",
          { kind: "publish", result: { outcome: "head-moved", head: sample.sha("e") } },
        ]);
      return failing.includes("push") ? [...list, ...failed(facts, "push", "publish")] : list;
    }
    case "rebase": {
      const patch = {
        ...(facts.patch ?? sample.patch(sample.sha("9"))),
        base: sample.sha("c"),
        tree: sample.sha("0"),
      };
      const list: Named[] = [
        ["rebased", { kind: "rebase", result: { outcome: "done", patch, unchanged: true } }],
      ];
      if (trouble.includes("base"))
        list.push([
          "rebased, changed",
          { kind: "rebase", result: { outcome: "done", patch, unchanged: false } },
        ]);
      const evidence = { summary: "", fingerprint: "conflict", excerpt: "", log: null };
      if (failing.includes("merge"))
        list.push(["conflict", { kind: "rebase", result: { outcome: "conflict", files: ["a"], evidence } }]);
      return list;
    }
    case "merge": {
      const list: Named[] = [
        ["merged", { kind: "merge", result: { outcome: "done", sha: sample.sha("a") } }],
      ];
      if (trouble.includes("base") && facts.base !== sample.sha("c"))
        list.push([
          "base moved",
          { kind: "merge", result: { outcome: "base-moved", base: sample.sha("c") } },
        ]);
      if (trouble.includes("dirty"))
        list.push(["dirty", { kind: "merge", result: { outcome: "dirty-tree", files: ["a.txt"] } }]);
      if (trouble.includes("head"))
        list.push([
          "head moved",
          { kind: "merge", result: { outcome: "head-moved", head: sample.sha("e") } },
        ]);
      return failing.includes("merge") ? [...list, ...failed(facts, "merge", "merge")] : list;
    }
    default:
      return job.kind satisfies never;
  }
}

function verifyResults(job: Job, facts: Active["facts"], { failing, trouble }: World): Named[] {
  const named = (name: string, result: ReturnType<typeof sample.verifyResult>): Named => [
    name,
    { kind: "verify", result },
  ];
  if (job.purpose === "ci") {
    const tree = facts.pushed?.tree ?? sample.sha("9");
    const ci = (verdict: ReturnType<typeof sample.passing>) =>
      sample.verifyResult(tree, null, { verdicts: [verdict] });
    const list = [named("ci green", ci(sample.passing("ci", tree, facts.base ?? undefined)))];
    if (failing.includes("ci"))
      for (const mark of marks(facts, "ci")) list.push(named(`ci ${mark}`, ci(sample.failing("ci", mark))));
    return list;
  }
  const foreign = job.purpose === "take-over";
  const tree = foreign
    ? (facts.head ?? sample.sha("9")).replace(/^./, "7")
    : (facts.patch?.tree ?? sample.sha("9"));
  const adopted = { ...sample.patch(sample.sha("9"), undefined, facts.base ?? undefined), tree };
  const more = { patch: foreign ? adopted : null, unproven: foreign };
  const base = facts.base ?? undefined;
  const done = sample.verifyResult(tree, null, more, base);
  const list = [named("verified", done), ...(done.outcome === "done" ? oddVerified(done, trouble) : [])];
  for (const gate of ["implement", "build", "test", "scan"] as const)
    if (failing.includes(gate))
      for (const fingerprint of marks(facts, gate))
        list.push(
          named(`${gate} ${fingerprint}`, sample.verifyResult(tree, { gate, fingerprint }, more, base)),
        );
  if (trouble.includes("weakened")) {
    const weakened = [{ path: "test/a.test.ts", what: "a test is skipped" }];
    list.push(named("weakened", sample.verifyResult(tree, null, { ...more, weakened }, base)));
  }
  return list;
}
