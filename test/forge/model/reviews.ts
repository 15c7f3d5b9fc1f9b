import { linesOf } from "./history.ts";
import { emit, type Model } from "./model.ts";
import { Refusal } from "./refusal.ts";
import type { Pull, Review, ReviewComment, Thread, User, Verdict } from "./types.ts";

/** A comment at a line. `line` null: at the file as a whole. */
export interface NewInline {
  readonly path: string;
  readonly line: number | null;
  readonly startLine?: number | null;
  readonly side?: "LEFT" | "RIGHT";
  readonly body: string;
}

export interface NewReview {
  readonly verdict: Verdict;
  readonly body: string;
  /** Null: the head. */
  readonly sha?: string | null;
  readonly comments?: readonly NewInline[];
}

/** Whether comments must stand at lines that the pull request changes or shows. */
export type Placing = "in-diff" | "anywhere";

/**
 * A review with its threads. A pending one is told to nobody.
 *
 * @throws Refusal `validation`: own pull request, a line outside the diff (with `in-diff`), nothing said
 */
export function addReview(
  model: Model,
  actor: User,
  pull: Pull,
  made: NewReview,
  placing: Placing = "in-diff",
): Review {
  refuseOwn(actor, pull, made.verdict);
  const comments = made.comments ?? [];
  for (const comment of comments) refuseMisplaced(pull, comment, placing);
  const review: Review = {
    ...{ id: model.nextId(), author: actor, pull, body: made.body, verdict: made.verdict },
    was: made.verdict,
    ...{ sha: made.sha ?? pull.headSha, submittedAt: model.now() },
  };
  pull.reviews.push(review);
  const first = comments.map((comment) => startThread(model, actor, review, comment));
  if (made.verdict !== "pending") tellReview(model, review, first);
  return review;
}

function refuseOwn(actor: User, pull: Pull, verdict: Verdict): void {
  if (pull.issue.author !== actor) return;
  if (verdict === "approved") throw new Refusal("validation", "approve your own pull request", "own");
  if (verdict === "changes-requested") {
    throw new Refusal("validation", "request changes on your own pull request", "own");
  }
}

function refuseMisplaced(pull: Pull, comment: NewInline, placing: Placing): void {
  const file = pull.files.find(({ path }) => path === comment.path);
  if (placing === "anywhere") return;
  if (!file) throw new Refusal("validation", "Path could not be resolved", "path");
  const lines = linesOf(file.patch)[comment.side ?? "RIGHT"];
  for (const line of [comment.line, comment.startLine ?? null]) {
    if (line !== null && !lines.has(line)) {
      throw new Refusal("validation", "Line could not be resolved", "line");
    }
  }
}

function startThread(model: Model, actor: User, review: Review, made: NewInline): ReviewComment {
  const { pull } = review;
  const file = pull.files.find(({ path }) => path === made.path);
  const thread: Thread = {
    ...{ id: model.nextId(), pull, path: made.path, line: made.line, startLine: made.startLine ?? null },
    ...{ side: made.side ?? "RIGHT", sha: review.sha, outdated: false, resolvedBy: null, comments: [] },
    hunk: file?.patch.split("\n").slice(0, 12).join("\n") ?? "",
  };
  pull.threads.push(thread);
  return say(model, actor, thread, review, made.body);
}

function say(model: Model, actor: User, thread: Thread, review: Review, body: string): ReviewComment {
  if (body.trim() === "") throw new Refusal("validation", "Body cannot be blank.", "body");
  const now = model.now();
  const comment: ReviewComment = {
    ...{ id: model.nextId(), author: actor, thread, review, body, createdAt: now, updatedAt: now },
    reactions: [],
  };
  thread.comments.push(comment);
  thread.pull.issue.updatedAt = now;
  return comment;
}

function tellReview(model: Model, review: Review, comments: readonly ReviewComment[]): void {
  const { repository } = review.pull.issue;
  const around = { repository, actor: review.author };
  review.pull.reviewers = review.pull.reviewers.filter((user) => user !== review.author);
  for (const comment of comments) {
    emit(model, { ...around, type: "review-comment", action: "created", comment });
  }
  emit(model, { ...around, type: "review", action: "submitted", review });
}

/** Ends a pending review. @throws Refusal `validation` when it is not pending, or its own pull request */
export function submitReview(model: Model, review: Review, verdict: Verdict, body: string): void {
  if (review.verdict !== "pending") throw new Refusal("validation", "It was submitted already.");
  refuseOwn(review.author, review.pull, verdict);
  Object.assign(review, { verdict, was: verdict, body: body || review.body, submittedAt: model.now() });
  const all = review.pull.threads.flatMap(({ comments }) => comments);
  tellReview(
    model,
    review,
    all.filter((comment) => comment.review === review),
  );
}

export function dismissReview(model: Model, actor: User, review: Review): void {
  if (review.verdict !== "approved" && review.verdict !== "changes-requested") {
    throw new Refusal("validation", "Can not dismiss this review.");
  }
  review.verdict = "dismissed";
  const { repository } = review.pull.issue;
  emit(model, { type: "review", action: "dismissed", repository, actor, review });
}

/** Answers in a thread; `review` null: a review of its own, as GitHub makes one. */
export function replyTo(model: Model, actor: User, thread: Thread, body: string, review?: Review) {
  const of = review ?? addReview(model, actor, thread.pull, { verdict: "commented", body: "" });
  const comment = say(model, actor, thread, of, body);
  const { repository } = thread.pull.issue;
  emit(model, { type: "review-comment", action: "created", repository, actor, comment });
  return comment;
}

export function editReviewComment(model: Model, actor: User, comment: ReviewComment, body: string): void {
  comment.body = body;
  comment.updatedAt = model.now();
  const { repository } = comment.thread.pull.issue;
  emit(model, { type: "review-comment", action: "edited", repository, actor, comment });
}

export function setResolved(model: Model, actor: User, thread: Thread, resolved: boolean): void {
  if ((thread.resolvedBy !== null) === resolved) return;
  thread.resolvedBy = resolved ? actor : null;
  const { repository } = thread.pull.issue;
  const action = resolved ? "resolved" : "unresolved";
  emit(model, { type: "thread", action, repository, actor, thread });
}

/** The verdict that counts of each reviewer: the last one that is no mere comment. */
export function standingVerdicts(pull: Pull): Map<User, Verdict> {
  const standing = new Map<User, Verdict>();
  for (const { author, verdict } of pull.reviews) {
    if (verdict === "approved" || verdict === "changes-requested") standing.set(author, verdict);
    else if (verdict === "dismissed") standing.delete(author);
  }
  return standing;
}
