import { react } from "../../model/issues.ts";
import { found, Refusal } from "../../model/refusal.ts";
import * as model from "../../model/reviews.ts";
import type { Review, ReviewComment, Verdict } from "../../model/types.ts";
import { idOf, maybeList, maybeNumber, maybeText, object, text, timeOf } from "../../reading.ts";
import type { Answer, Call, Route } from "../../state.ts";
import { listAnswer, pullOf, repo, route } from "./routes.ts";
import { reactionView } from "./view-issue.ts";
import { reviewCommentView, reviewView } from "./view-pull.ts";

/** GitHub's reviews. Their 422 lists plain sentences, unlike all others. */

const area = "pull_requests";

const verdicts: Readonly<Record<string, Verdict>> = {
  ...{ APPROVE: "approved", REQUEST_CHANGES: "changes-requested", COMMENT: "commented" },
};

function verdictOf(call: Call): Verdict {
  const event = maybeText(call.body, "event");
  if (event === undefined) return "pending";
  const verdict = verdicts[event];
  if (!verdict) throw new Refusal("validation", "No such event.", "event");
  const body = maybeText(call.body, "body") ?? "";
  if (verdict === "changes-requested" && body.trim() === "") {
    throw new Refusal("validation", "You need to leave a comment indicating the requested changes.");
  }
  return verdict;
}

function inline(value: unknown): model.NewInline {
  const one = object(value, "comments");
  const line = maybeNumber(one, "line") ?? null;
  if (line === null && maybeNumber(one, "position") !== undefined) {
    throw new Refusal("validation", "The simulator knows comments by line, not by position.", "position");
  }
  if (line === null) throw new Refusal("validation", "Line could not be resolved", "line");
  return {
    ...{ path: text(one, "path"), body: text(one, "body"), line },
    startLine: maybeNumber(one, "start_line") ?? null,
    side: maybeText(one, "side") === "LEFT" ? "LEFT" : "RIGHT",
  };
}

/** Runs it, and words a refusal as reviews do. */
async function simply(work: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refusal) || error.kind !== "validation") throw error;
    const message = error.field === "own" ? `Can not ${error.message}` : error.message;
    const body = { message: "Unprocessable Entity", errors: [message], documentation_url: documented };
    return { status: 422, body: { ...body, status: "422" } };
  }
}

const documented = "https://docs.github.com/rest/pulls/reviews";

function reviewOf(call: Call): Review {
  const id = idOf(call, "review_id");
  return found(pullOf(call).reviews.find((review) => review.id === id));
}

/** Pending reviews are seen by their author alone. */
function seen(call: Call): Review[] {
  return pullOf(call).reviews.filter(
    ({ verdict, author }) => verdict !== "pending" || author === call.token?.user,
  );
}

function commentOf(call: Call): ReviewComment {
  const id = idOf(call, "comment_id");
  const pulls = [...call.repository().issues.values()].flatMap(({ pull }) => pull ?? []);
  const comments = pulls.flatMap(({ threads }) => threads.flatMap((thread) => thread.comments));
  return found(comments.find((comment) => comment.id === id));
}

function create(call: Call): Answer {
  const pull = pullOf(call);
  const pending = pull.reviews.some((one) => one.verdict === "pending" && one.author === call.actor());
  if (pending) {
    throw new Refusal("validation", "User can only have one pending review per pull request");
  }
  const comments = (maybeList(call.body, "comments") ?? []).map(inline);
  const body = maybeText(call.body, "body") ?? "";
  const verdict = verdictOf(call);
  if (verdict === "commented" && body === "" && comments.length === 0) {
    throw new Refusal("validation", "Review comment is empty.");
  }
  const sha = maybeText(call.body, "commit_id") ?? null;
  const made = { verdict, body, sha, comments };
  return {
    status: 200,
    body: reviewView(call.state, model.addReview(call.state.model, call.actor(), pull, made)),
  };
}

function startThread(call: Call): Answer {
  const pull = pullOf(call);
  const single = { ...inline(call.body) };
  const review = model.addReview(call.state.model, call.actor(), pull, {
    ...{ verdict: "commented", body: "", sha: text(call.body, "commit_id"), comments: [single] },
  });
  const comment = found(pull.threads.at(-1)?.comments.find((one) => one.review === review));
  return { status: 201, body: reviewCommentView(call.state, comment) };
}

export const reviewsOfGithub: Route[] = [
  route(`GET ${repo}/pulls/{pull_number}/reviews`, "read", area, (call) =>
    listAnswer(call, seen(call), (review) => reviewView(call.state, review)),
  ),
  route(`POST ${repo}/pulls/{pull_number}/reviews`, "read", area, (call) => simply(() => create(call))),
  route(`POST ${repo}/pulls/{pull_number}/reviews/{review_id}/events`, "read", area, (call) =>
    simply(() => {
      const review = reviewOf(call);
      const verdict = verdictOf(call);
      model.submitReview(call.state.model, review, verdict, maybeText(call.body, "body") ?? "");
      return { status: 200, body: reviewView(call.state, review) };
    }),
  ),
  route(`PUT ${repo}/pulls/{pull_number}/reviews/{review_id}/dismissals`, "write", area, (call) =>
    simply(() => {
      text(call.body, "message");
      model.dismissReview(call.state.model, call.actor(), reviewOf(call));
      return { status: 200, body: reviewView(call.state, reviewOf(call)) };
    }),
  ),
  route(`GET ${repo}/pulls/{pull_number}/comments`, "read", area, (call) => {
    const since = timeOf(call, "since");
    const comments = pullOf(call)
      .threads.flatMap((thread) => thread.comments)
      .filter(({ review }) => review.verdict !== "pending")
      .filter(({ updatedAt }) => since === null || updatedAt >= since)
      .sort((a, b) => a.id - b.id);
    return listAnswer(call, comments, (comment) => reviewCommentView(call.state, comment));
  }),
  route(`POST ${repo}/pulls/{pull_number}/comments`, "read", area, startThread),
  route(`POST ${repo}/pulls/{pull_number}/comments/{comment_id}/replies`, "read", area, (call) => {
    const { thread } = commentOf(call);
    // A reply to a reply is refused: the comment must have begun its thread.
    if (thread.comments[0]?.id !== idOf(call, "comment_id")) throw new Refusal("not-found", "Not Found");
    const reply = model.replyTo(call.state.model, call.actor(), thread, text(call.body, "body"));
    return { status: 201, body: reviewCommentView(call.state, reply) };
  }),
  route(`GET ${repo}/pulls/comments/{comment_id}`, "read", area, (call) => ({
    ...{ status: 200, body: reviewCommentView(call.state, commentOf(call)) },
  })),
  route(`POST ${repo}/pulls/comments/{comment_id}/reactions`, "read", area, (call) => {
    const content = text(call.body, "content");
    const { reaction, fresh } = react(call.state.model, call.actor(), commentOf(call), content);
    return { status: fresh ? 201 : 200, body: reactionView(call.state, reaction) };
  }),
  route(`PATCH ${repo}/pulls/comments/{comment_id}`, "read", area, (call) => {
    const comment = commentOf(call);
    if (comment.author !== call.actor()) throw new Refusal("forbidden", "You may not change this.");
    model.editReviewComment(call.state.model, call.actor(), comment, text(call.body, "body"));
    return { status: 200, body: reviewCommentView(call.state, comment) };
  }),
];
