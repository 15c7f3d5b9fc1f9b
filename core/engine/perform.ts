import type { LoopCommand } from "../domain/loop/commands.ts";
import { type Effect, isMainLine } from "../domain/loop/effects.ts";
import type { Review } from "../domain/loop/proposal.ts";
import type { Facts, Loop, Thread } from "../domain/loop/state.ts";
import { triggerLabel } from "../domain/platform/intake.ts";
import { endedComment, noticeComment, stickyComment } from "../domain/projections/comments.ts";
import { postedLine, postedText, postedTitle } from "../domain/text/posted.ts";
import type { Coordinator } from "../ports/coordinator.ts";
import { type Platform, PlatformError, type PullRequestRef } from "../ports/platform.ts";
import { type AskPorts, askModel } from "./ask-model.ts";
import { checksReport } from "./checks-report.ts";
import { mergeByPlatform } from "./merge-by-platform.ts";

/** Everything that a loop's effects touch. */
export interface LoopPorts extends AskPorts {
  /**
   * The platform of the loop's repository. Asked for by effects that touch it, so that one that cannot be
   * reached holds up no other effect. @throws PlatformError
   */
  platform(): Promise<Platform>;
  coordinator: Coordinator;
  /** Where people see the loop. */
  loopUrl: string;
  /** The merge's commit, from the loop's log; null before it. */
  mergeSha(): string | null;
}

/**
 * How an effect ended. `command` is what the loop is told, null when nothing; `again`: try later (at `at`
 * when the other side named a time); `waits`: the other side took it and is not done, ask again after
 * `pauseMs` without counting a try; `failed`: trying again cannot help.
 */
export type Performed =
  | { ended: "done"; command: LoopCommand | null }
  | { ended: "again"; reason: string; at: number | null }
  | { ended: "waits"; command: LoopCommand; pauseMs: number; reason: string }
  | { ended: "failed"; reason: string };

type Started = Exclude<Loop, { state: "not-started" }>;

/** Labels on issues and pull requests, by which people find what Tamma does. */
const labels = { working: "tamma:working", needsReview: "needs-human-review" } as const;

/** The strictest platform takes 4,000 characters in a comment and 255 in a title; marks add some. */
const textCharsMax = 3_000;
const titleCharsMax = 250;
/** A quote says what is answered, and no more. */
const quoteCharsMax = 200;
/** Longer paths are possible on no common file system. */
const pathCharsMax = 4_096;
/** More findings than that are not read; the dashboard has them all. */
const findingsMax = 100;

/** Touches the world for one effect. Never throws: what went wrong is in the answer. */
export async function perform(effect: Effect, loop: Loop, ports: LoopPorts): Promise<Performed> {
  if (loop.state === "not-started") return { ended: "failed", reason: "the loop has not started" };
  try {
    if (effect.kind === "ask-model") {
      if (loop.state === "ended") return { ended: "done", command: null };
      const command = await askModel(effect, loop, ports);
      return command
        ? { ended: "done", command }
        : { ended: "again", reason: "the turn is under way", at: null };
    }
    if (effect.kind === "call" && effect.call === "merge") return await merge(loop, ports);
    return { ended: "done", command: (await touch(effect, loop, ports)) ?? null };
  } catch (thrown) {
    return failureOf(thrown);
  }
}

/** Asks the platform to merge; a loop that went on meanwhile asks for nothing any more. */
async function merge(loop: Started, ports: LoopPorts): Promise<Performed> {
  if (loop.state !== "active") return { ended: "done", command: null };
  const platform = await ports.platform();
  const pullRequest = pullRequestOf(loop.facts);
  const { command, askAgainMs } = await mergeByPlatform(loop, pullRequest, platform, ports.loopUrl);
  if (askAgainMs === null) return { ended: "done", command };
  return { ended: "waits", command, pauseMs: askAgainMs, reason: "it stands in the platform's queue" };
}

/** What a port's error means for the effect: errors that we do not know are worth another try. */
function failureOf(thrown: unknown): Performed {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  if (!(thrown instanceof PlatformError)) return { ended: "again", reason, at: null };
  switch (thrown.kind) {
    case "transient":
    case "rate-limited":
    case "conflict":
      return { ended: "again", reason, at: thrown.retryAt };
    case "auth":
    case "forbidden":
    case "not-found":
    case "head-moved":
    case "not-mergeable":
    case "validation":
    case "unsupported":
      return { ended: "failed", reason };
    default:
      return thrown.kind satisfies never;
  }
}

/** What the loop is told when an effect failed for good. */
export function failedCommand(effect: Effect, reason: string): LoopCommand {
  // A model that cannot be reached is asked again later: the loop knows how often that may happen.
  if (effect.kind === "ask-model") {
    const { task, n } = effect;
    return { type: "ReportModelFailure", task, n, kind: "transient", detail: reason, retryAt: null };
  }
  const name = effect.kind === "call" ? effect.call : effect.kind;
  return { type: "ReportEffectFailed", key: effect.key, mainLine: isMainLine(effect), effect: name, reason };
}

async function touch(
  effect: Exclude<Effect, { kind: "ask-model" }>,
  loop: Started,
  ports: LoopPorts,
): Promise<LoopCommand | undefined> {
  const { coordinator } = ports;
  const { facts } = loop;
  switch (effect.kind) {
    case "call":
      return call(effect, loop, ports);
    case "offer-job":
      await coordinator.offerJob(facts.loop, effect.job);
      return;
    case "ask-checks":
      return checksReport(await ports.platform(), effect.sha);
    case "sticky-comment":
      return stickyOn(loop, ports);
    case "notice":
      return notice(effect, loop, ports);
    case "report-status":
      return reportStatus(effect, ports);
    case "reply-thread":
      return replyInThread(effect, facts, ports);
    case "close-issue":
      await (await ports.platform()).issues.closeIssue(facts.issue);
      return;
    case "close-pull-request":
      await (await ports.platform()).codeHost.closePullRequest(pullRequestOf(facts));
      return;
    case "record-merge":
      await recordMerge(facts, ports);
      return;
    case "delete-branch":
      return deleteBranch(facts, await ports.platform());
    case "create-issues":
      return createIssues(effect, facts, await ports.platform());
    case "release-slot":
      await releaseSlot(effect.reason, loop, coordinator);
      return;
    case "release-merge-turn":
      // One that was wanted before turns had names says nothing of it.
      await coordinator.releaseMergeTurn(facts.loop, effect.key, effect.turn ?? null);
      return;
    default:
      return effect satisfies never;
  }
}

async function call(
  { key, call: name }: Extract<Effect, { kind: "call" }>,
  loop: Started,
  ports: LoopPorts,
): Promise<LoopCommand | undefined> {
  const { coordinator, loopUrl } = ports;
  const { facts } = loop;
  switch (name) {
    case "claim":
      await claim(facts, await ports.platform());
      return { type: "ReportClaimed" };
    case "request-slot":
      await coordinator.requestSlot(facts.loop, inThisPast(key, askedAt(loop)));
      return;
    case "request-merge-turn":
      await coordinator.requestMergeTurn(facts.loop, inThisPast(key, askedAt(loop)));
      return;
    case "open-pull-request": {
      const summary = postedText(facts.plan?.summary ?? "", textCharsMax);
      const opened = await (await ports.platform()).codeHost.openPullRequest({
        branch: facts.branch ?? "",
        base: facts.repository.defaultBranch,
        title: postedTitle(facts.issue.title, titleCharsMax),
        body: `${summary}\n\nFor #${facts.issue.number}. ${loopUrl}`.trim(),
        draft: true,
      });
      return { type: "ReportPullRequestOpened", id: opened.id, number: opened.number, url: opened.url };
    }
    case "mark-ready":
      await (await ports.platform()).codeHost.setDraft(pullRequestOf(facts), false);
      return { type: "ReportPullRequestReady" };
    case "submit-review": {
      const { sha, review } = facts.review ?? {};
      if (sha && review)
        await (await ports.platform()).codeHost.submitReview(pullRequestOf(facts), {
          key: `${facts.loop}:${sha}`,
          sha,
          ...postedReview(review),
        });
      return { type: "ReportReviewSubmitted" };
    }
    case "merge":
      // Not here: only `perform` can say that the platform is not done.
      return;
    default:
      return name satisfies never;
  }
}

/** The label that asked for a loop goes, so that setting it again asks for another one. */
async function claim({ issue, settings }: Facts, { issues }: Platform): Promise<void> {
  await issues.addLabels(issue, [labels.working]);
  if (settings.merges === "platform") await issues.removeLabels(issue, [triggerLabel]);
}

/**
 * Names what the coordinator is told, by the time of the event that makes it wanted. A key alone counts, and
 * a loop set back to an older copy counts the same numbers once more: what it says now would be taken
 * for what it said in its other past.
 */
function inThisPast(key: string, at: number | null): string {
  return [key, at].join(":");
}

function askedAt(loop: Started): number | null {
  return loop.state === "active" && loop.doing.kind === "call" ? loop.doing.since : null;
}

/** A comment of its own, because a person must act or the loop is over; it stands where people look. */
async function notice(
  effect: Extract<Effect, { kind: "notice" }>,
  loop: Started,
  { platform: platformOf, loopUrl }: LoopPorts,
): Promise<undefined> {
  const { facts } = loop;
  // What people are told of is over when the loop does something else by now.
  const waitsForChecks = loop.state === "active" && loop.doing.kind === "checks";
  if (waitsForChecks !== (effect.notice === "checks")) return;
  const body = loop.state === "ended" ? endedComment(loop, loopUrl) : noticeComment(loop, loopUrl);
  if (body === null) return;
  const platform = await platformOf();
  const key = `${facts.loop}:${effect.key}`;
  const target = facts.pullRequest ? pullRequestOf(facts) : null;
  if (target) await platform.codeHost.upsertComment(target, key, body);
  else await platform.issues.upsertComment(facts.issue, key, body);
  if (loop.state === "ended") await platform.issues.removeLabels(facts.issue, [labels.working]);
  if (effect.notice !== "escalation") return;
  if (target) await platform.codeHost.addLabels(target, [labels.needsReview]);
  else await platform.issues.addLabels(facts.issue, [labels.needsReview]);
}

async function stickyOn(loop: Started, ports: LoopPorts): Promise<undefined> {
  const { issue, loop: id } = loop.facts;
  const { issues } = await ports.platform();
  await issues.upsertComment(issue, `${id}:sticky`, stickyComment(loop, ports.loopUrl));
}

async function reportStatus(
  { sha, check, state, words = "" }: Extract<Effect, { kind: "report-status" }>,
  { platform, loopUrl: url }: LoopPorts,
): Promise<undefined> {
  await (await platform()).ci.reportStatus(sha, check, {
    state,
    words: postedTitle(words, titleCharsMax),
    url,
  });
}

async function replyInThread(
  { thread, key }: Extract<Effect, { kind: "reply-thread" }>,
  facts: Facts,
  ports: LoopPorts,
): Promise<undefined> {
  const answered = facts.threads.find((each) => each.id === thread);
  if (!answered?.reply) return;
  const { codeHost } = await ports.platform();
  const text = postedText(answered.reply, textCharsMax);
  const marker = `${facts.loop}:${key}`;
  if (!isRemark(answered, facts)) {
    // What was said later in a thread bears its name and, behind a tilde, its own.
    const [root = thread] = thread.split("~");
    await codeHost.replyToThread(pullRequestOf(facts), root, marker, text);
    return;
  }
  const [said = ""] = answered.text.split("\n").filter((line) => line.trim() !== "");
  await codeHost.upsertComment(
    pullRequestOf(facts),
    marker,
    `> ${postedLine(said, quoteCharsMax)}\n\n${text}`,
  );
}

/**
 * Is it no thread that a platform with an API knows? Remarks in the conversation (`comment-`, `review-`) have
 * no place in the code, and threads of Tamma's own making (`p1`, `f1`, `c-...`) have ids that it never saw.
 */
function isRemark({ id, path }: Thread, { settings }: Facts): boolean {
  return settings.merges === "platform" && (path === null || /^(?:[pf]\d+$|c-)/.test(id));
}

async function releaseSlot(reason: string, loop: Started, coordinator: Coordinator): Promise<void> {
  const { loop: id, claim } = loop.facts;
  await coordinator.releaseSlot(id, { claim, reason, ended: loop.state === "ended" });
}

async function recordMerge(facts: Facts, ports: LoopPorts): Promise<void> {
  const sha = ports.mergeSha();
  if (sha) await (await ports.platform()).codeHost.recordMerge(pullRequestOf(facts), sha);
}

/** Only a branch of Tamma's own is deleted, and only where it was merged from. */
async function deleteBranch({ branch, head }: Facts, { codeHost }: Platform): Promise<undefined> {
  if (branch?.startsWith("tamma/") && head) await codeHost.deleteBranch(branch, head);
}

async function createIssues(
  { key, titles }: Extract<Effect, { kind: "create-issues" }>,
  facts: Facts,
  platform: Platform,
): Promise<undefined> {
  const body = `Split from #${facts.issue.number}.`;
  for (const [index, title] of titles.entries())
    await platform.issues.createIssue({ key: `${facts.loop}:${key}:${index + 1}`, title, body, labels: [] });
}

/** A review as it is posted: what a model wrote, as text that does nothing, and no more than people read. */
function postedReview({ summary, findings }: Review): Review {
  return {
    summary: postedText(summary, textCharsMax),
    findings: findings.slice(0, findingsMax).map((finding) => ({
      ...finding,
      path: postedTitle(finding.path, pathCharsMax),
      title: postedLine(finding.title, titleCharsMax),
      detail: postedText(finding.detail, textCharsMax),
      suggestion: postedText(finding.suggestion, textCharsMax),
    })),
  };
}

function pullRequestOf(facts: Facts): PullRequestRef {
  if (facts.pullRequest) return facts.pullRequest;
  throw new PlatformError({ kind: "not-found", operation: "pull request", message: "this loop has none" });
}
