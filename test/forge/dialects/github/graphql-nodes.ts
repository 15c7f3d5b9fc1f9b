import { findMergeable } from "../../model/pulls.ts";
import { standingVerdicts } from "../../model/reviews.ts";
import type { Pull, Repository, ReviewComment, Thread, User } from "../../model/types.ts";
import { iso } from "../../reading.ts";
import type { State } from "../../state.ts";
import { connection, FieldProblem, type Node, type Resolver } from "./graphql-run.ts";
import { mergeableState, pullPage } from "./view-pull.ts";
import { htmlUrl, nodeId } from "./view-repository.ts";

/** Objects of GitHub's GraphQL schema. `kinds`: the interfaces that a fragment may name instead. */

export function userNode(user: User): Node {
  return {
    ...{ __typename: user.bot ? "Bot" : "User", kinds: ["Actor", "Node"] },
    // GraphQL writes the login of an app without "[bot]", unlike REST.
    login: user.login.replace("[bot]", ""),
    ...{ id: nodeId(user.bot ? "BOT" : "U", user.id), databaseId: user.id },
  };
}

export function repositoryNode(state: State, repository: Repository): Node {
  const pulls = [...repository.issues.values()].flatMap(({ pull }) => pull ?? []);
  return {
    ...{ __typename: "Repository", id: nodeId("R", repository.id), databaseId: repository.id },
    ...{ name: repository.name, nameWithOwner: repository.fullName, isArchived: repository.archived },
    url: htmlUrl(state, repository),
    pullRequest: (({ number }) => {
      const pull = pulls.find(({ issue }) => issue.number === number);
      const message = `Could not resolve to a PullRequest with the number of ${number}.`;
      if (!pull) throw new FieldProblem(message, "NOT_FOUND");
      return pullNode(state, pull);
    }) satisfies Resolver,
  };
}

export function pullNode(state: State, pull: Pull): Node {
  const { issue } = pull;
  return {
    ...{ __typename: "PullRequest", kinds: ["Node"], id: nodeId("PR", pull.id), databaseId: pull.id },
    ...{ number: issue.number, title: issue.title, body: issue.body, url: pullPage(state, pull) },
    ...{ isDraft: pull.draft, headRefOid: pull.headSha, headRefName: pull.headBranch },
    ...{ baseRefName: pull.baseBranch, baseRefOid: pull.baseSha, merged: pull.merged !== null },
    state: pull.merged ? "MERGED" : issue.state.toUpperCase(),
    author: userNode(issue.author),
    mergeable: async () => ((await findMergeable(pull)) ? "MERGEABLE" : "CONFLICTING"),
    mergeStateStatus: async () => mergeableState(pull, await findMergeable(pull)).toUpperCase(),
    reviewDecision: decision(pull),
    reviewThreads: connection("PullRequestReviewThreadConnection", pull.threads, (thread) =>
      threadNode(state, thread),
    ),
    repository: () => repositoryNode(state, issue.repository),
  };
}

/** Null where no review is required. */
function decision(pull: Pull): string | null {
  const needed = pull.issue.repository.protections.get(pull.baseBranch)?.approvals ?? 0;
  const verdicts = [...standingVerdicts(pull).values()];
  if (verdicts.includes("changes-requested")) return "CHANGES_REQUESTED";
  if (needed === 0) return null;
  return verdicts.length >= needed ? "APPROVED" : "REVIEW_REQUIRED";
}

export function threadNode(state: State, thread: Thread): Node {
  return {
    ...{ __typename: "PullRequestReviewThread", kinds: ["Node"], id: nodeId("PRRT", thread.id) },
    ...{ isResolved: thread.resolvedBy !== null, isOutdated: thread.outdated, isCollapsed: false },
    resolvedBy: thread.resolvedBy && userNode(thread.resolvedBy),
    ...{ path: thread.path, line: thread.outdated ? null : thread.line, originalLine: thread.line },
    ...{ startLine: thread.startLine, diffSide: thread.side },
    subjectType: thread.line === null ? "FILE" : "LINE",
    viewerCanResolve: true,
    comments: connection("PullRequestReviewCommentConnection", thread.comments, (comment) =>
      reviewCommentNode(state, comment),
    ),
    pullRequest: () => pullNode(state, thread.pull),
  };
}

export function reviewCommentNode(state: State, comment: ReviewComment): Node {
  const { thread, review } = comment;
  const [first] = thread.comments;
  return {
    ...{ __typename: "PullRequestReviewComment", kinds: ["Node"], id: nodeId("PRRC", comment.id) },
    ...{ databaseId: comment.id, fullDatabaseId: String(comment.id), body: comment.body },
    ...{ author: userNode(comment.author), createdAt: iso(comment.createdAt), path: thread.path },
    ...{ updatedAt: iso(comment.updatedAt), line: thread.line, originalLine: thread.line },
    url: `${pullPage(state, thread.pull)}#discussion_r${comment.id}`,
    commit: { __typename: "Commit", oid: thread.pull.headSha },
    originalCommit: { __typename: "Commit", oid: thread.sha },
    replyTo: first && first !== comment ? () => reviewCommentNode(state, first) : null,
    pullRequestReview: {
      ...{ __typename: "PullRequestReview", id: nodeId("PRR", review.id), databaseId: review.id },
    },
  };
}
