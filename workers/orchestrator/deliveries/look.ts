import { routeOf } from "@tamma/core/domain/ids.ts";
import type { LoopCommand } from "@tamma/core/domain/loop/commands.ts";
import type { LoopWord } from "@tamma/core/domain/loop/view.ts";
import type { Actor } from "@tamma/core/domain/loop/work.ts";
import { isOwn } from "@tamma/core/domain/platform/intake.ts";
import type { PlatformUser } from "@tamma/core/domain/platform/webhook.ts";
import { activeLoopOf } from "@tamma/core/domain/repository/state.ts";
import { checksReport } from "@tamma/core/engine/checks-report.ts";
import type { LoopRow } from "../objects.ts";
import { callerOf, personOf, type Stage } from "./stage.ts";

// Each function looks at something as it is now, tells the loop, and says in words what came of it.

/** Steps in which the platform closes things because Tamma merges. */
const merging = ["merge", "next"];
/** Checks are asked for in these; the note of the step may be late. */
const checked = ["push", "ci"];
/** The word of a loop whose runner, or model, is at work. */
const atWork: LoopWord = "running";

/** An issue that a person closed, or that is gone, has no loop any more. Null: nobody told who it was. */
export async function lookAtIssue(stage: Stage, number: number, by: PlatformUser | null): Promise<string> {
  const { ports, platform } = stage;
  const known = ports.known();
  const running = known && activeLoopOf(known, number);
  if (!running) return "no loop is at work on it";
  const row = rowOf(stage, running.loop);
  if (row && merging.includes(row.summary.step)) return "the loop is merging";
  const issue = await platform.reading.issue(number);
  if (issue?.open) return "it is open";
  const how = issue ? `issue ${number} was closed` : `issue ${number} is gone`;
  const closer = by ?? (issue ? await platform.reading.closedBy(number) : null);
  return end(stage, running.loop, closer ?? somebody, how);
}

/**
 * A pull request that a person closed, or merged past Tamma's gates, ends its loop. Null: nobody told who it
 * was.
 */
export async function lookAtPullRequest(
  stage: Stage,
  number: number,
  by: PlatformUser | null,
): Promise<string> {
  const { ports, platform } = stage;
  const row = ports.loops().find((each) => each.active && each.pullRequest === number);
  if (!row) return "no loop is at work on it";
  if (merging.includes(row.summary.step)) return "the loop is merging";
  const pull = await platform.reading.pullRequest(number);
  if (pull?.state === "open") return "it is open";
  const how = pull?.state === "merged" ? "was merged without Tamma" : "was closed";
  const closer = by ?? pull?.mergedBy ?? (pull ? await platform.reading.closedBy(number) : null);
  return end(stage, row.summary.id, closer ?? somebody, `pull request ${number} ${how}`);
}

/**
 * Asked of the loop itself, and after the platform: its note may be late, and what the platform did for it
 * was asked for in a step that the loop has entered by now.
 */
async function isMerging({ ports }: Stage, loop: string): Promise<boolean> {
  const view = await ports.loopAt(routeOf(loop)?.name ?? "").view(loop);
  return view.ok && (view.value.endedAt !== null || merging.includes(view.value.step));
}

/** Where the platform does not say who did it. */
const somebody: PlatformUser = { id: "0", login: "somebody", bot: false };

async function end(stage: Stage, loop: string, by: PlatformUser, how: string): Promise<string> {
  const caller = callerOf(stage, by);
  if (await isMerging(stage, loop)) return `${how}, as the loop wanted`;
  if (await stage.ports.unqueue(caller, loop)) return `${how}: ${loop} left the queue`;
  const reason = `${how} by ${by.login}`;
  return told(stage, loop, { type: "CancelLoop", by: caller.person, reason }, caller.person);
}

/**
 * The head of a branch of Tamma's. Its own pushes are known to the loop.
 *
 * @param own Tamma's account pushed. While a runner is at work it was the runner, whose result says the same;
 * a person who has that account, too, is noticed by the next look, or when the branch is used.
 */
export async function lookAtBranch(stage: Stage, branch: string, own = false): Promise<string> {
  const row = stage.ports.loops().find((each) => each.active && each.branch === branch);
  if (!row) return "no loop is at work on it";
  if (own && row.summary.word === atWork) return "the runner pushed it";
  const head = await stage.platform.reading.headOf(branch);
  if (head === null) return "the branch is gone; the next push finds out";
  if (head === row.head) return "its head is known";
  return told(stage, row.summary.id, { type: "ReportHead", branch, head });
}

/** All checks of a commit, when a loop waits for them. */
export async function lookAtChecks(stage: Stage, sha: string): Promise<string> {
  const rows = stage.ports.loops().filter((each) => each.active);
  const waiting = rows.filter(({ head, summary }) => head === sha && checked.includes(summary.step));
  // The note of a push may still be on its way: then the commit is not known here yet.
  const late = rows.filter(({ summary }) => summary.step === "push");
  const loops = waiting.length > 0 ? waiting : late;
  if (loops.length === 0) return "no loop waits for its checks";
  const report = await checksReport(stage.platform, sha);
  const said = [];
  for (const { summary } of loops) said.push(await told(stage, summary.id, report));
  return said.join("; ");
}

/** Every remark of a person with write access in reviews and threads becomes a thread of the loop. */
export async function lookAtReviews(stage: Stage, pullRequest: number): Promise<string> {
  const row = stage.ports.loops().find((each) => each.active && each.pullRequest === pullRequest);
  if (!row) return "no loop is at work on it";
  const said: string[] = [];
  for (const remark of await remarksOf(stage, pullRequest)) {
    const heardAs = `review:${remark.thread}`;
    if (stage.ports.heard.has(heardAs)) continue;
    if (!(await stage.ports.writers.includes(stage.platform.reading, remark.author.login))) continue;
    const { author, ...rest } = remark;
    const person = personOf(stage.repository, author);
    const occasion = `remark:${remark.thread}`;
    const command = { type: "CommentOnPullRequest", ...rest, author: person } as const;
    said.push(await told({ ...stage, occasion }, row.summary.id, command, person));
    stage.ports.heard.add(heardAs, stage.ports.now());
  }
  return said.length === 0 ? "nothing new was said" : said.join("; ");
}

interface Remark {
  thread: string;
  author: PlatformUser;
  path: string | null;
  line: number;
  text: string;
}

/**
 * A thread's first comment gives the thread its name; what is said in it later is answered in it too, so its
 * name begins the same.
 */
async function remarksOf({ platform, account }: Stage, pullRequest: number): Promise<Remark[]> {
  const isPerson = (said: { author: PlatformUser; key: string | null }) =>
    !said.author.bot && !isOwn(said, account);
  const remarks: Remark[] = [];
  for (const { id, path, line, comments } of await platform.reading.threads(pullRequest))
    for (const comment of comments.filter(isPerson)) {
      const thread = comment.id === id ? id : `${id}~${comment.id}`;
      remarks.push({ thread, author: comment.author, path, line: line ?? 0, text: comment.body });
    }
  for (const { id, author, key, body, verdict } of await platform.reading.reviews(pullRequest)) {
    if (!isPerson({ author, key }) || verdict === "dismissed" || body.trim() === "") continue;
    remarks.push({ thread: `review-${id}`, author, path: null, line: 0, text: body });
  }
  return remarks;
}

const platformActor: Actor = { kind: "platform", id: "webhook" };

async function told(
  stage: Stage,
  loop: string,
  command: LoopCommand,
  actor: Actor = platformActor,
): Promise<string> {
  const name = routeOf(loop)?.name ?? "";
  const answer = await stage.ports.loopAt(name).command(loop, command, stage.occasion, actor);
  return answer.ok ? `${loop} was told` : `${loop} did not take it: ${answer.refusal.message}`;
}

function rowOf({ ports }: Stage, loop: string): LoopRow | undefined {
  return ports.loops().find(({ summary }) => summary.id === loop);
}
