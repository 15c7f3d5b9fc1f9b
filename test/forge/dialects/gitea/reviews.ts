import { covers, permissionOf } from "../../model/model.ts";
import { found, Refusal } from "../../model/refusal.ts";
import * as model from "../../model/reviews.ts";
import type { Review, ReviewComment, Verdict } from "../../model/types.ts";
import { idOf, maybeList, maybeNumber, maybeText, object, text } from "../../reading.ts";
import type { Answer, Call, Route } from "../../state.ts";
import { listAnswer, pullOf, repo, route } from "./routes.ts";
import { askedView, reviewCommentView, reviewView } from "./view-pull.ts";

/** Gitea's reviews. Their comments stand at lines, though the field is called a position. */

const area = "repository";

const verdicts: Readonly<Record<string, Verdict>> = {
  ...{ APPROVED: "approved", REQUEST_CHANGES: "changes-requested", COMMENT: "commented" },
  ...{ PENDING: "pending", "": "pending" },
};

function verdictOf(call: Call, comments: number): Verdict {
  const verdict = verdicts[maybeText(call.body, "event") ?? ""];
  if (!verdict) throw new Refusal("validation", "unknown review event");
  const empty = (maybeText(call.body, "body") ?? "").trim() === "" && comments === 0;
  if (empty && (verdict === "commented" || verdict === "changes-requested")) {
    throw new Refusal("validation", "review event needs a body or a comment");
  }
  return verdict;
}

function inline(value: unknown): model.NewInline {
  const one = object(value, "comments");
  const [right, left] = [maybeNumber(one, "new_position") ?? 0, maybeNumber(one, "old_position") ?? 0];
  if (right === 0 && left === 0) throw new Refusal("validation", "a comment needs a position");
  const place =
    right > 0 ? ({ line: right, side: "RIGHT" } as const) : ({ line: left, side: "LEFT" } as const);
  return { path: text(one, "path"), body: text(one, "body"), ...place };
}

/** Words a refusal about one's own pull request as Gitea does. */
function own<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Refusal) || error.field !== "own") throw error;
    const verb = error.message.startsWith("approve") ? "approve" : "reject";
    throw new Refusal("validation", `${verb} your own pull is not allowed`);
  }
}

const missing = "The target couldn't be found.";

function reviewOf(call: Call): Review {
  const id = idOf(call, "id");
  return found(
    pullOf(call).reviews.find((review) => review.id === id),
    missing,
  );
}

function create(call: Call): Answer {
  const pull = pullOf(call);
  const comments = (maybeList(call.body, "comments") ?? []).map(inline);
  const verdict = verdictOf(call, comments.length);
  const sha = maybeText(call.body, "commit_id") || null;
  const made = { verdict, body: maybeText(call.body, "body") ?? "", sha, comments };
  const review = own(() => model.addReview(call.state.model, call.actor(), pull, made, "anywhere"));
  return { status: 200, body: reviewView(call.state, review) };
}

/** Those that were asked stand in the list, too. */
function list(call: Call): Promise<Answer> {
  const pull = pullOf(call);
  const seen = pull.reviews.filter(
    ({ verdict, author }) => verdict !== "pending" || author === call.token?.user,
  );
  const views = [
    ...seen.map((review) => reviewView(call.state, review)),
    ...pull.reviewers.map((user) => askedView(call.state, pull, user)),
  ];
  return listAnswer(call, views, (view) => view);
}

function commentOf(call: Call): ReviewComment {
  const id = idOf(call, "id");
  const pulls = [...call.repository().issues.values()].flatMap(({ pull }) => pull ?? []);
  const comments = pulls.flatMap(({ threads }) => threads.flatMap((thread) => thread.comments));
  return found(
    comments.find((comment) => comment.id === id),
    missing,
  );
}

const resolve =
  (resolved: boolean) =>
  (call: Call): Answer => {
    const { thread } = commentOf(call);
    const writes = covers(permissionOf(call.repository(), call.actor()), "write");
    if (!writes && thread.pull.issue.author !== call.actor()) {
      throw new Refusal("forbidden", "user should have permission to resolve this");
    }
    model.setResolved(call.state.model, call.actor(), thread, resolved);
    return { status: 204 };
  };

export const reviewsOfGitea: Route[] = [
  route(`GET ${repo}/pulls/{index}/reviews`, "read", area, list),
  route(`POST ${repo}/pulls/{index}/reviews`, "read", area, create),
  route(`GET ${repo}/pulls/{index}/reviews/{id}`, "read", area, (call) => ({
    ...{ status: 200, body: reviewView(call.state, reviewOf(call)) },
  })),
  route(`POST ${repo}/pulls/{index}/reviews/{id}`, "read", area, (call) => {
    const review = reviewOf(call);
    const comments = review.pull.threads.flatMap((thread) => thread.comments);
    const verdict = verdictOf(call, comments.filter((comment) => comment.review === review).length);
    own(() => model.submitReview(call.state.model, review, verdict, maybeText(call.body, "body") ?? ""));
    return { status: 200, body: reviewView(call.state, review) };
  }),
  route(`GET ${repo}/pulls/{index}/reviews/{id}/comments`, "read", area, (call) => {
    const review = reviewOf(call);
    const all = review.pull.threads.flatMap((thread) => thread.comments);
    const own = all.filter((comment) => comment.review === review);
    return { status: 200, body: own.map((comment) => reviewCommentView(call.state, comment)) };
  }),
  route(`POST ${repo}/pulls/{index}/reviews/{id}/dismissals`, "admin", area, (call) => {
    model.dismissReview(call.state.model, call.actor(), reviewOf(call));
    return { status: 200, body: reviewView(call.state, reviewOf(call)) };
  }),
  route(`POST ${repo}/pulls/{index}/comments/{id}/replies`, "read", area, (call) => {
    const { thread, review } = commentOf(call);
    if (thread.pull !== pullOf(call)) throw new Refusal("not-found", missing);
    const reply = model.replyTo(call.state.model, call.actor(), thread, text(call.body, "body"), review);
    return { status: 201, body: reviewCommentView(call.state, reply) };
  }),
  route(`POST ${repo}/pulls/comments/{id}/resolve`, "read", area, resolve(true)),
  route(`POST ${repo}/pulls/comments/{id}/unresolve`, "read", area, resolve(false)),
];
