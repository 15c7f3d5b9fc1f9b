import { checksGreen } from "../../policy/gates.ts";
import { noChecksAfterMs } from "../../policy/limits.ts";
import type { CommandOf } from "../commands.ts";
import { ownStatus } from "../own-status.ts";
import { react } from "../react.ts";
import type { Loop } from "../state.ts";
import type { Batch } from "./batch.ts";
import { call, enterCi, enterReview, enterVerify } from "./enter.ts";
import { escalate } from "./escalate.ts";
import { failGate } from "./fail-gate.ts";
import { goOn } from "./resume.ts";
import { expireTurns } from "./turns.ts";

/**
 * The branch was seen at another head than ours: somebody pushed. What was approved for the old head goes
 * stale, a job in flight is dropped, and the new head is verified.
 */
export function reportHead(b: Batch, { branch, head }: CommandOf<"ReportHead">): void {
  const loop = b.loop;
  if (loop.state !== "active" && loop.state !== "escalated") return;
  if (branch !== b.facts.branch || head === b.facts.head) return;
  if (loop.state === "active" && loop.doing.kind === "job") {
    // Our own push is seen before its result arrives; a foreign one then fails the lease of that push.
    const { kind } = loop.doing.job;
    if (kind === "publish" || kind === "merge" || kind === "open") return;
  }
  // The platform merges no head but the one that it was told; its answer says what became of that.
  if (isMerging(loop)) return;
  foreignHead(b, head);
}

/** Has the platform been asked to merge, so that it may have happened already? */
export function isMerging(loop: Loop): boolean {
  return loop.state === "active" && loop.doing.kind === "call" && loop.doing.call === "merge";
}

export function foreignHead(b: Batch, head: string): void {
  const from = b.head;
  b.add({ type: "HeadMoved", from, to: head });
  const stale = b.facts.approvals.filter((one) => one.kind === "complete" && one.stale === null);
  for (const subject of new Set(stale.map((one) => one.subject)))
    b.add({ type: "ApprovalExpired", kind: "complete", subject, reason: `the head moved to ${head}` });
  const loop = b.live();
  if (loop.state === "escalated") return;
  const { doing } = loop;
  if (doing.kind === "job") b.add({ type: "JobDropped", job: doing.job.id, reason: "the head moved" });
  if (doing.kind === "obstacle" && doing.obstacle.obstacle === "take-over") {
    b.add({ type: "ObstacleCleared", obstacle: "take-over", by: null, at: b.context.at });
    return goOn(b, { at: "take-over" });
  }
  // Whoever paused it says when it goes on; the head is verified then.
  if (doing.kind === "obstacle" && doing.obstacle.obstacle === "paused") return;
  // Without a slot nothing is begun: the call goes on, and the head is verified as soon as the slot is there.
  if (!b.facts.slotHeld) return;
  // Before the pull request is open its call goes on; the head is verified when the loop resumes.
  if (b.facts.pullRequest === null) return call(b, "open-pull-request");
  enterVerify(b, "take-over");
}

export function reportChecks(b: Batch, command: CommandOf<"ReportChecks">): void {
  const { sha, logs = "" } = command;
  const checks = command.checks.filter(({ name }) => name !== ownStatus);
  // Also while a person has the loop: checks that turn green meanwhile are what a retry looks at.
  const loop = b.live();
  if (sha !== b.facts.head) return;
  b.add({ type: "ChecksReported", sha, checks });
  if (loop.state !== "active" || loop.doing.kind !== "checks" || loop.doing.sha !== sha) return;
  const failed = checks.filter((check) => check.required && check.state === "failed");
  if (failed.length > 0) {
    const names = failed.map((check) => check.name).sort();
    const summary = `failed: ${names.join(", ")}`;
    const fingerprint = `ci:${names.join("|")}${wallOf(b, logs)}`;
    return failGate(b, "ci", { summary, fingerprint, excerpt: logs, log: null });
  }
  const tooEarly = checks.length === 0 && b.context.at < loop.doing.since + noChecksAfterMs;
  if (tooEarly || !checksGreen(b.facts)) return;
  const verdict = { gate: "ci", outcome: "passed", evidence: null } as const;
  b.add({ type: "GatePassed", verdict: { ...verdict, receipts: [] }, subject: sha });
  enterReview(b);
}

/** The same check may fail for another reason. Numbers in a log (times, ids) are not what it fails of. */
function wallOf(b: Batch, logs: string): string {
  if (logs === "") return "";
  const words = logs.replace(/\w+/g, (word) => (/\d/.test(word) ? "0" : word));
  return `:${b.context.sha256(words).slice(0, 16)}`;
}

/** A timer counts only while the present state still wants it; an old one changes nothing. */
export function fireTimer(b: Batch, { key, timer }: CommandOf<"FireTimer">): void {
  if (!react(b.loop).timers.some((wanted) => wanted.key === key)) return;
  // An ended loop still owes its open turns.
  if (timer === "turn-deadline") return expireTurns(b);
  const loop = b.live();
  switch (timer) {
    case "lease":
      return;
    case "remind":
      return b.add({ type: "Reminded", about: loop.step, n: b.facts.reminders + 1 });
    case "expire-wait":
      if (loop.state === "escalated")
        return b.add({
          type: "LoopAbandoned",
          by: null,
          reason: "nobody resolved the escalation",
          split: [],
        });
      return escalate(b, {
        gate: null,
        what: "nobody answered",
        why: "the wait for a person expired",
        excerpt: "",
      });
    case "runner-deadline":
      return escalate(b, {
        gate: null,
        what: "no runner took the job",
        why: "none is enrolled or free",
        excerpt: "",
      });
    case "checks-deadline":
      return escalate(b, {
        gate: "ci",
        what: "the checks never reported",
        why: "the deadline passed",
        excerpt: "",
      });
    case "checks-again":
      if (loop.state !== "active" || loop.doing.kind !== "checks") return;
      return b.add({ type: "ChecksAskedAgain", sha: loop.doing.sha, n: (loop.doing.asked ?? 0) + 1 });
    case "checks-silent":
      if (loop.state !== "active" || loop.doing.kind !== "checks") return;
      return b.add({ type: "ChecksSilent", sha: loop.doing.sha });
    case "total-time":
      if (loop.state === "escalated")
        return b.add({ type: "LoopAbandoned", by: null, reason: "the loop is too old", split: [] });
      return escalate(b, {
        gate: null,
        what: "the loop is too old",
        why: "its total time is used up",
        excerpt: "",
      });
    default:
      return timer satisfies never;
  }
}

/** An effect failed for good. On the main line a person has to know; beside it the loop goes on without. */
export function effectFailed(
  b: Batch,
  { key, mainLine, effect, reason }: CommandOf<"ReportEffectFailed">,
): void {
  const loop = b.loop;
  if (!mainLine || loop.state !== "active") return b.add({ type: "EffectSkipped", effect, reason });
  const { doing } = loop;
  // The failure of an older call says nothing about what the loop waits for now.
  if (!react(loop).effects.some((wanted) => wanted.key === key)) return;
  b.add({ type: "EffectSkipped", effect, reason });
  // Leaving draft is a courtesy to readers; the checks decide.
  if (doing.kind === "call" && doing.call === "mark-ready") return enterCi(b);
  escalate(b, { gate: null, what: `${effect} could not be done`, why: reason, excerpt: "" });
}
