import { createHmac } from "node:crypto";
import type { ForgeEvent, PullAction } from "../../model/events.ts";
import { nobody } from "../../model/git.ts";
import { iso } from "../../reading.ts";
import type { State } from "../../state.ts";
import type { Dress, News } from "../../webhooks/sending.ts";
import { jobView, runView } from "./view-ci.ts";
import { commentView, issueView } from "./view-issue.ts";
import { pullView } from "./view-pull.ts";
import { htmlUrl, labelView, payloadCommit, repositoryView, userView } from "./view-repository.ts";

/** Gitea's webhooks. Source: Gitea's documentation, "Webhooks", and `modules/webhook/type.go`. */

type Of<Type extends ForgeEvent["type"]> = Extract<ForgeEvent, { type: Type }>;

/** Gitea writes its own headers and those of Gogs and GitHub. */
export const dressOfGitea: Dress = ({ hook, news, guid, signature, body }) => {
  const kind = news.kind ?? news.event;
  const sha1 = createHmac("sha1", hook.secret).update(body).digest("hex");
  const hub = { "x-hub-signature": `sha1=${sha1}`, "x-hub-signature-256": `sha256=${signature}` };
  const headers: Record<string, string> = {
    "content-type": "application/json",
    ...{ "x-gitea-delivery": guid, "x-gitea-event": news.event, "x-gitea-event-type": kind },
    ...{ "x-gitea-signature": hook.secret === "" ? "" : signature, "x-gogs-delivery": guid },
    ...{ "x-gogs-event": news.event, "x-gogs-event-type": kind },
    "x-gogs-signature": hook.secret === "" ? "" : signature,
    ...{ "x-github-delivery": guid, "x-github-event": news.event, "x-github-event-type": kind },
  };
  return hook.secret === "" ? headers : { ...headers, ...hub };
};

/** A hook names groups, or the finer kinds: `issues` and `pull_request` stand for all of their kind. */
export function wantsOfGitea(events: readonly string[], news: News): boolean {
  const kind = news.kind ?? news.event;
  if (events.includes("*") || events.includes(kind)) return true;
  if (kind.startsWith("pull_request_review_") && kind !== "pull_request_review_request") {
    return events.includes("pull_request_review") || events.includes("pull_request");
  }
  if (kind === "issues" || kind === "pull_request") {
    return events.includes(kind) || events.includes(`${kind}_only`);
  }
  const group = kind.startsWith("issue_") ? "issues" : kind.startsWith("pull_request_") ? "pull_request" : "";
  return group !== "" && events.includes(group);
}

const actions: Readonly<Record<PullAction, { action: string; kind: string }>> = {
  opened: { action: "opened", kind: "" },
  edited: { action: "edited", kind: "" },
  closed: { action: "closed", kind: "" },
  reopened: { action: "reopened", kind: "" },
  labeled: { action: "label_updated", kind: "_label" },
  unlabeled: { action: "label_updated", kind: "_label" },
  assigned: { action: "assigned", kind: "_assign" },
  unassigned: { action: "unassigned", kind: "_assign" },
  synchronize: { action: "synchronized", kind: "_sync" },
  ready_for_review: { action: "edited", kind: "" },
  converted_to_draft: { action: "edited", kind: "" },
  review_requested: { action: "review_requested", kind: "_review_request" },
  review_request_removed: { action: "review_request_removed", kind: "_review_request" },
};

/** What one event is told by. Of threads, replies and dismissals Gitea tells nothing. */
export function newsOfGitea(event: ForgeEvent, state: State): News[] {
  const { repository, actor } = event;
  const around = { repository: repositoryView(state, repository, actor), sender: userView(state, actor) };
  const news = (
    name: string,
    kind: string,
    payload: { action?: string; [field: string]: unknown },
  ): News[] => [
    {
      ...{ event: name, kind, action: payload.action ?? null, repository: repository.id },
      payload: { ...payload, ...around },
    },
  ];
  switch (event.type) {
    case "issue": {
      const { action, kind } = actions[event.action];
      const { number } = event.issue;
      const payload = {
        action,
        number,
        issue: issueView(state, event.issue),
        commit_id: "",
        ...label(state, event),
      };
      return news("issues", kind === "" ? "issues" : `issue${kind}`, payload);
    }
    case "pull": {
      const { action, kind } = actions[event.action];
      return news("pull_request", `pull_request${kind}`, { action, ...pull(state, event) });
    }
    case "comment": {
      const { issue } = event.comment;
      const kind = issue.pull ? "pull_request_comment" : "issue_comment";
      const texts = { issue: issueView(state, issue), comment: commentView(state, event.comment) };
      return news("issue_comment", kind, { action: event.action, ...texts, is_pull: issue.pull !== null });
    }
    case "review":
      return event.action === "dismissed" ? [] : review(state, event, news);
    case "review-comment":
    case "thread":
    case "check-run":
      return [];
    case "push":
      return push(state, event, news);
    case "status": {
      const { sha, state: told, context, description, url, at, id } = event.status;
      const texts = { id, sha, state: told, context, description, target_url: url ?? "" };
      return news("status", "status", { ...texts, commit: null, created_at: iso(at), updated_at: iso(at) });
    }
    case "run":
      return news("workflow_run", "workflow_run", {
        ...{ action: event.action, workflow_run: runView(state, event.run), workflow: null },
      });
    case "job":
      return news("workflow_job", "workflow_job", {
        ...{ action: event.action, workflow_job: jobView(state, event.job) },
      });
    default:
      return event satisfies never;
  }
}

const label = (state: State, event: Of<"issue"> | Of<"pull">) =>
  event.label ? { label: labelView(state, event.repository, event.label) } : {};

const pull = (state: State, event: Of<"pull">) => ({
  ...{ number: event.pull.issue.number, pull_request: pullView(state, event.pull, event.actor) },
  ...{ requested_reviewer: event.reviewer ? userView(state, event.reviewer) : null, review: null },
  ...{ commit_id: event.action === "synchronize" ? event.pull.headSha : "", ...label(state, event) },
});

type Tell = (name: string, kind: string, payload: { action?: string; [field: string]: unknown }) => News[];

const verdicts = {
  ...{ approved: "approved", "changes-requested": "rejected", commented: "comment" },
  ...{ pending: "comment", dismissed: "comment" },
} as const;

/** Said by the event's name; of the comments at lines nothing is told. */
function review(state: State, { review: told }: Of<"review">, news: Tell): News[] {
  const kind = `pull_request_review_${verdicts[told.verdict]}`;
  return news(`pull_request_${verdicts[told.verdict]}`, kind, {
    ...{ action: "reviewed", number: told.pull.issue.number, requested_reviewer: null },
    ...{ pull_request: pullView(state, told.pull), commit_id: told.sha },
    review: { type: kind, content: told.body },
  });
}

/** A branch that is gone is told by an event of its own, a new one by both. */
function push(state: State, event: Of<"push">, news: Tell): News[] {
  const { repository, actor, branch, before, after, commits } = event;
  const place = { ref: branch, ref_type: "branch" };
  if (after === nobody) return news("delete", "delete", { ...place, pusher_type: "user" });
  const views = commits.map((commit) => payloadCommit(state, repository, commit)).reverse();
  const compare_url = `${htmlUrl(state, repository)}/compare/${before}...${after}`;
  const payload = {
    ...{ ref: `refs/heads/${branch}`, before, after, compare_url, commits: views },
    ...{ total_commits: views.length, head_commit: views[0] ?? null, pusher: userView(state, actor) },
  };
  const created = before === nobody ? news("create", "create", { ...place, sha: after }) : [];
  return [...created, ...news("push", "push", payload)];
}
