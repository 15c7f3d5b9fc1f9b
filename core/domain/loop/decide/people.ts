import { CommandRefused } from "../../errors.ts";
import { mayBeMerged } from "../../policy/gates.ts";
import { openThreadsMax } from "../../policy/limits.ts";
import type { CommandOf } from "../commands.ts";
import { type Batch, stale } from "./batch.ts";
import { askPlan, enterAddress, enterImplement, queueJob } from "./enter.ts";

export function answerQuestions(b: Batch, { answers, by, via }: CommandOf<"AnswerQuestions">): void {
  const { doing } = b.active();
  if (doing.kind !== "questions")
    throw stale("no-question-open", "no question is open", "look at what is open now: `tamma inbox`");
  for (const { question, answer } of answers) {
    const open = b.facts.clarifications.filter((one) => one.answer === null).map((one) => one.id);
    if (!open.includes(question))
      throw new CommandRefused({
        kind: "invalid",
        code: "unknown-question",
        message: `question ${question} is not open`,
        todo: `answer ${open.join(", ")}`,
      });
    if (answer.trim() === "")
      throw new CommandRefused({
        kind: "invalid",
        code: "empty-answer",
        message: `the answer to ${question} is empty`,
        todo: "write an answer, or take the suggested one",
      });
    b.add({ type: "QuestionAnswered", question, answer, by, via });
  }
  if (b.facts.clarifications.some((one) => one.answer === null)) return;
  if (doing.askedBy === "plan") askPlan(b);
  else if (b.active().step === "address") queueJob(b, "develop", "address");
  else enterImplement(b, b.facts.failure ? "fix" : "work");
}

/**
 * A comment on the pull request opens a thread. Where the loop has been past `address`, it goes back there.
 */
export function comment(b: Batch, command: CommandOf<"CommentOnPullRequest">): void {
  const { type: _, author, ...rest } = command;
  const loop = b.live();
  if (!b.facts.pullRequest)
    throw stale(
      "no-pull-request",
      "there is no pull request yet",
      "wait until step 4, or add context in the inbox",
    );
  if (b.facts.threads.some((thread) => thread.id === rest.thread)) return;
  const open = b.facts.threads.filter((thread) => thread.reply === null).length;
  if (open >= openThreadsMax)
    throw stale(
      "too-many-comments",
      `${open} comments are open already, and no more are taken at once`,
      "wait until they are answered, or say all of it in one comment",
    );
  b.add({ type: "ThreadOpened", ...rest, author: author.id, person: true });
  if (loop.state !== "active") return;
  if (loop.doing.kind === "checkpoint" && loop.doing.checkpoint.kind === "complete") {
    const { id: checkpoint, kind } = loop.doing.checkpoint;
    b.add({ type: "ChangeRequested", checkpoint, kind, text: command.text, by: author });
    return enterAddress(b);
  }
  // A merge that no runner ever had is called back. One that a runner lost may have happened: the next runner
  // finds out.
  const { doing } = loop;
  if (doing.kind === "job" && doing.job.kind === "merge" && !mayBeMerged(b.facts)) {
    b.add({ type: "JobDropped", job: doing.job.id, reason: "a comment came before the merge" });
    enterAddress(b);
  }
}

export function cancel(b: Batch, { by, reason }: CommandOf<"CancelLoop">): void {
  const loop = b.live();
  if (loop.state === "active" && loop.doing.kind === "job")
    b.add({ type: "JobDropped", job: loop.doing.job.id, reason: "the loop was cancelled" });
  b.add({ type: "LoopCancelled", by, reason: reason || `cancelled by ${by.id}` });
}
