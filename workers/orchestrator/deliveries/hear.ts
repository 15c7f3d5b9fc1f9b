import { routeOf } from "@tamma/core/domain/ids.ts";
import { type DeliveryOutcome, done, refused } from "@tamma/core/domain/platform/delivery-outcome.ts";
import { speechIn } from "@tamma/core/domain/platform/speech.ts";
import type { CommentNews } from "@tamma/core/domain/platform/webhook.ts";
import { activeLoopOf } from "@tamma/core/domain/repository/state.ts";
import { postedLine } from "@tamma/core/domain/text/posted.ts";
import type { SlashCommand } from "@tamma/core/domain/text/slash-commands.ts";
import { isBeforeEnd, loopBefore, meanwhileText } from "./asked-before.ts";
import { noticeBefore } from "./notices.ts";
import { react, refuseStranger, reply } from "./say.ts";
import { callerOf, personOf, type Spoken, type Stage } from "./stage.ts";
import { refusalText, startLoop } from "./start-loop.ts";

/** Where a conversation belongs. Null loop: none was ever begun for it. */
interface Subject {
  readonly loop: string | null;
  readonly active: boolean;
  /** Null for a pull request that is none of Tamma's. */
  readonly issue: number | null;
}

/** Hears what a person wrote, once. */
export async function hear(stage: Stage, spoken: Spoken): Promise<DeliveryOutcome> {
  const { ports, account } = stage;
  const { comment, on } = spoken;
  const heardAs = `${on}:${comment.id}`;
  if (ports.heard.has(heardAs)) return done("heard before");
  const outcome = await hearNew({ ...stage, occasion: `comment:${comment.id}` }, spoken, account.login);
  ports.heard.add(heardAs, ports.now());
  return outcome;
}

async function hearNew(stage: Stage, spoken: Spoken, login: string): Promise<DeliveryOutcome> {
  const { on, number, comment } = spoken;
  const speech = speechIn(comment.body, on, login);
  const subject = subjectOf(stage, on, number);
  if (speech.says === "nothing") return done("it says nothing to Tamma");
  if (speech.says === "remark" && !(subject.loop && subject.active))
    return done("a remark on a pull request without a loop at work");
  if (speech.says === "mention" && subject.active) return done("the loop is at work");
  if (!(await stage.ports.writers.includes(stage.platform.reading, comment.author.login))) {
    if (speech.says === "remark") return refused(`${comment.author.login} has no write access`);
    await refuseStranger(stage, number, comment.author);
    await react(stage, comment.id, "-1");
    return refused(`refused: ${comment.author.login} has no write access`);
  }
  if (speech.says === "remark") return remark(stage, subject.loop ?? "", comment);
  const orders = speech.says === "mention" ? [{ command: "start" } as const] : speech.orders;
  return obeyAll(stage, spoken, subject, orders);
}

function subjectOf({ ports }: Stage, on: Spoken["on"], number: number): Subject {
  const rows = ports.loops();
  if (on === "pull-request") {
    const row = rows.find((each) => each.pullRequest === number);
    if (!row) return { loop: null, active: false, issue: null };
    return { loop: row.summary.id, active: row.active, issue: row.summary.issue };
  }
  const known = ports.known();
  const running = known && activeLoopOf(known, number);
  const last = running ?? known?.loops.findLast(({ issue }) => issue === number);
  return { loop: last?.loop ?? null, active: running !== null, issue: number };
}

async function remark(
  stage: Stage,
  loop: string,
  { id, author, body }: CommentNews,
): Promise<DeliveryOutcome> {
  const person = personOf(stage.repository, author);
  const place = { thread: `comment-${id}`, path: null, line: 0 };
  const command = { type: "CommentOnPullRequest", ...place, author: person, text: body } as const;
  const answer = await stage.ports.loopAt(nameOf(loop)).command(loop, command, stage.occasion, person);
  return answer.ok ? done(`a thread of ${loop}`) : refused(`not taken: ${answer.refusal.message}`);
}

/** One after another, each once; one answer for all of them. */
async function obeyAll(
  stage: Stage,
  { on, number, comment }: Spoken,
  subject: Subject,
  orders: readonly SlashCommand[],
): Promise<DeliveryOutcome> {
  const lines: string[] = [];
  let taken = 0;
  for (const [index, order] of orders.entries()) {
    const numbered = { ...stage, occasion: `${stage.occasion}:${index}` };
    const obeyed =
      order.command === "start"
        ? await start(numbered, subject, comment)
        : await obey(numbered, subject, { on, number, comment }, order);
    if (obeyed.said !== null) lines.push(obeyed.said);
    if (obeyed.done) taken += 1;
  }
  await reply(stage, number, comment.id, lines);
  const all = taken === orders.length;
  await react(stage, comment.id, all ? "+1" : "-1");
  const said = `${taken} of ${orders.length} orders taken`;
  return all ? done(said) : refused(said);
}

type Obeyed = { said: string | null; done: boolean };

async function start(stage: Stage, { issue }: Subject, { author, at }: CommentNews): Promise<Obeyed> {
  if (issue === null) return { said: "A loop is started on an issue, and this is none.", done: false };
  const before = loopBefore(stage, issue);
  if (before && isBeforeEnd(before, at)) return { said: meanwhileText(before.id), done: false };
  const started = await startLoop(stage, issue, author);
  if (!started.ok) return { said: refusalText(started), done: false };
  const { already, position } = started.value;
  if (already) return { said: "A loop is at work on this issue already.", done: true };
  return { said: position > 0 ? `In the queue, at place ${position}.` : null, done: true };
}

async function obey(
  stage: Stage,
  { loop }: Subject,
  { on, number, comment }: Spoken,
  order: Exclude<SlashCommand, { command: "start" }>,
): Promise<Obeyed> {
  if (loop === null) {
    if (order.command === "unclear")
      return { said: `\`${order.said}\` is not understood; ${order.todo}.`, done: false };
    return { said: "No loop was begun here. `/tamma start` on an issue begins one.", done: false };
  }
  if (order.command === "stop" && (await stage.ports.unqueue(callerOf(stage, comment.author), loop)))
    return { said: "Taken out of the queue.", done: true };
  const shown = await noticeBefore(stage, loop, { on, number, comment }, order);
  const by = personOf(stage.repository, comment.author);
  const answer = await stage.ports.loopAt(nameOf(loop)).obey(loop, order, { by, shown }, stage.occasion);
  if (!answer.ok) return { said: postedLine(refusalText(answer)), done: false };
  return { said: answer.value.said, done: true };
}

function nameOf(loop: string): string {
  return routeOf(loop)?.name ?? "";
}
