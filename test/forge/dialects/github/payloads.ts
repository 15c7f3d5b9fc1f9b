import type { ForgeEvent } from "../../model/events.ts";
import { nobody } from "../../model/git.ts";
import type { CommitFacts } from "../../model/history.ts";
import { personOf } from "../../model/model.ts";
import { iso } from "../../reading.ts";
import type { State } from "../../state.ts";
import type { Dress, News } from "../../webhooks/sending.ts";
import { checkView, jobView, runPage } from "./view-ci.ts";
import { commentView, issueView } from "./view-issue.ts";
import { pullView, reviewCommentView, reviewView, simplePull } from "./view-pull.ts";
import { htmlUrl, labelView, nodeId, repositoryView, simpleCommit, userView } from "./view-repository.ts";

/** GitHub's webhooks. Source: GitHub Docs, "Webhook events and payloads", and its payload examples. */

type Of<Type extends ForgeEvent["type"]> = Extract<ForgeEvent, { type: Type }>;

export const dressOfGithub: Dress = ({ hook, news, guid, signature }) => ({
  ...{ "content-type": "application/json", "user-agent": "GitHub-Hookshot/simulated", accept: "*/*" },
  ...{ "x-github-event": news.event, "x-github-delivery": guid, "x-github-hook-id": String(hook.id) },
  "x-github-hook-installation-target-type": hook.repository ? "repository" : "integration",
  ...(hook.secret === "" ? {} : { "x-hub-signature-256": `sha256=${signature}` }),
});

/** Everything that one event is told by. */
export function newsOfGithub(event: ForgeEvent, state: State): News[] {
  const { repository, actor } = event;
  const around = {
    repository: repositoryView(state, repository),
    sender: userView(state, actor),
  };
  const news = (name: string, action: string | null, more: object): News[] => [
    {
      ...{ event: name, action, repository: repository.id },
      payload: { ...(action === null ? {} : { action }), ...more, ...around },
    },
  ];
  switch (event.type) {
    case "issue":
      return news("issues", event.action, { issue: issueView(state, event.issue), ...extras(state, event) });
    case "pull":
      return news("pull_request", event.action, pull(state, event));
    case "comment":
      return news("issue_comment", event.action, {
        ...{ issue: issueView(state, event.comment.issue), comment: commentView(state, event.comment) },
      });
    case "review": {
      const view = reviewView(state, event.review);
      // Webhooks write the verdict small, the API large.
      const review = { ...view, state: view.state.toLowerCase(), body: view.body || null };
      const pull_request = simplePull(state, event.review.pull);
      return news("pull_request_review", event.action, { review, pull_request });
    }
    case "review-comment":
      return news("pull_request_review_comment", event.action, {
        comment: reviewCommentView(state, event.comment),
        pull_request: simplePull(state, event.comment.thread.pull),
      });
    case "thread": {
      const comments = event.thread.comments.map((comment) => reviewCommentView(state, comment));
      const thread = { node_id: nodeId("PRRT", event.thread.id), comments };
      const pull_request = simplePull(state, event.thread.pull);
      return news("pull_request_review_thread", event.action, { thread, pull_request });
    }
    case "push":
      return news("push", null, push(state, event));
    case "status":
      return news("status", null, status(state, event));
    case "check-run":
      return news("check_run", event.action, { check_run: checkView(state, repository, event.check) });
    case "run":
      return news("workflow_run", event.action, { workflow_run: run(state, event), workflow: null });
    case "job":
      return news("workflow_job", event.action, { workflow_job: jobView(state, event.job) });
    default:
      return event satisfies never;
  }
}

function extras(state: State, event: Of<"issue"> | Of<"pull">) {
  return {
    ...(event.label ? { label: labelView(state, event.repository, event.label) } : {}),
    ...(event.assignee ? { assignee: userView(state, event.assignee) } : {}),
    ...(event.action === "edited" ? { changes: {} } : {}),
  };
}

function pull(state: State, event: Of<"pull">) {
  const view = pullView(state, event.pull);
  return {
    ...{ number: event.pull.issue.number, pull_request: view, ...extras(state, event) },
    ...(event.reviewer ? { requested_reviewer: userView(state, event.reviewer) } : {}),
    ...(event.before === undefined ? {} : { before: event.before, after: event.pull.headSha }),
  };
}

function push(state: State, { repository, actor, branch, before, after, commits }: Of<"push">) {
  const page = htmlUrl(state, repository);
  const view = (commit: CommitFacts) => ({
    ...{ ...simpleCommit(commit), url: `${page}/commit/${commit.sha}`, distinct: true },
    ...{ added: [], removed: [], modified: [] },
  });
  const last = commits.at(-1);
  return {
    ...{ ref: `refs/heads/${branch}`, before, after, created: before === nobody, deleted: after === nobody },
    ...{
      forced: false,
      base_ref: null,
      compare: `${page}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    },
    ...{ commits: commits.map(view), head_commit: last ? view(last) : null, pusher: personOf(actor) },
  };
}

function status(state: State, { repository, status: told }: Of<"status">) {
  return {
    ...{ id: told.id, sha: told.sha, name: repository.fullName, target_url: told.url },
    ...{ context: told.context, description: told.description || null, state: told.state },
    ...{ commit: { sha: told.sha }, branches: [], created_at: iso(told.at), updated_at: iso(told.at) },
    creator: userView(state, told.creator),
  };
}

function run(state: State, { run: told }: Of<"run">) {
  return {
    ...{ id: told.id, name: told.workflow.file, head_branch: told.branch, head_sha: told.sha },
    ...{ run_number: told.number, run_attempt: told.attempt, event: told.event, status: told.status },
    ...{ conclusion: told.conclusion, workflow_id: told.workflow.id, path: told.workflow.path },
    ...{ html_url: runPage(state, told), created_at: iso(told.createdAt), updated_at: iso(told.updatedAt) },
    ...{ pull_requests: [], actor: userView(state, told.actor) },
  };
}
