import type { News } from "../../domain/platform/webhook.ts";
import type { Reading, WebhookSource } from "../../ports/webhook.ts";
import { isSignedBy } from "../_shared/signature.ts";
import { readPush, readRun, readStatus } from "../_shared/webhook-readers.ts";
import { entryOf, readAction, readWith, telling } from "../_shared/webhook-reading.ts";
import * as shapes from "./webhook-shapes.ts";

/**
 * GitHub's webhooks. Source: GitHub Docs, "Validating webhook deliveries" (`X-Hub-Signature-256`, HMAC of the
 * raw body) and "Webhook events and payloads".
 */
export const githubWebhooks: WebhookSource = {
  platform: "github",
  async verify(headers, body, secrets) {
    const [id, event] = [headers.get("x-github-delivery"), headers.get("x-github-event")];
    const signature = headers.get("x-hub-signature-256") ?? "";
    if (!id || !event) return { refused: "X-GitHub-Delivery or X-GitHub-Event is missing" };
    if (!signature.startsWith(prefix)) return { refused: "X-Hub-Signature-256 is missing: set a secret" };
    const signed = await isSignedBy(body, signature.slice(prefix.length), secrets);
    return signed ? { id, event } : { refused: "the signature does not fit the secret" };
  },
  read: (event, payload) =>
    entryOf(readers, event)?.(payload) ?? { ignored: `nothing is done on "${event}"` },
};

const prefix = "sha256=";

type IssueChange = Extract<News, { kind: "issue" }>["change"];

const issueChanges: Readonly<Record<string, IssueChange>> = {
  ...{ opened: "opened", edited: "text", labeled: "labels", unlabeled: "labels" },
  ...{ assigned: "assignees", unassigned: "assignees", closed: "closed", reopened: "reopened" },
  ...{ deleted: "gone", transferred: "gone" },
};

type PullChange = Extract<News, { kind: "pull-request" }>["change"];

const pullChanges: Readonly<Record<string, PullChange>> = {
  ...{ opened: "opened", edited: "text", synchronize: "head", closed: "closed", reopened: "reopened" },
  ...{ ready_for_review: "draft", converted_to_draft: "draft", labeled: "labels", unlabeled: "labels" },
  ...{ assigned: "assignees", unassigned: "assignees" },
  ...{ review_requested: "reviewers", review_request_removed: "reviewers" },
};

const verdicts: Readonly<Record<string, Extract<News, { kind: "review" }>["verdict"]>> = {
  ...{ approved: "approved", changes_requested: "changes-requested" },
  ...{ commented: "commented", dismissed: "dismissed" },
};

/** By GitHub's name of the event. */
const readers: Readonly<Record<string, (payload: unknown) => Reading>> = {
  issues: (payload) =>
    readAction("issues", issueChanges, payload, (change) =>
      readWith(shapes.issues, payload, (told) => telling(told, { kind: "issue", change, issue: told.issue })),
    ),
  issue_comment: (payload) =>
    readWith(shapes.issueComments, payload, (told) => {
      const on = told.issue.pull_request === undefined ? "issue" : "pull-request";
      const { action: change, comment } = told;
      return telling(told, { kind: "comment", change, on, number: told.issue.number, comment });
    }),
  pull_request: (payload) =>
    readAction("pull_request", pullChanges, payload, (known) =>
      readWith(shapes.pullRequests, payload, (told) => {
        const pullRequest = told.pull_request;
        const change = known === "closed" && pullRequest.state === "merged" ? "merged" : known;
        return telling(told, { kind: "pull-request", change, pullRequest });
      }),
    ),
  pull_request_review: (payload) =>
    readWith(shapes.reviews, payload, (told) => {
      // An edit changes words alone.
      if (told.action === "edited") return { ignored: "the verdict of an edited review stands" };
      const { id, body, commit_id: sha, user: author, state } = told.review;
      const verdict = entryOf(verdicts, state.toLowerCase());
      if (!verdict) return { malformed: `review.state: "${state}" is unknown` };
      const pullRequest = told.pull_request.number;
      return telling(told, {
        ...{ kind: "review", pullRequest, verdict, review: id, body: body ?? "", sha, author },
      });
    }),
  pull_request_review_comment: (payload) =>
    readWith(shapes.reviewComments, payload, (told) =>
      readWith(shapes.words, payload, ({ comment }) =>
        telling(told, {
          ...{ kind: "review-comment", change: told.action, pullRequest: told.pull_request.number },
          ...{ thread: told.comment.in_reply_to_id ?? comment.id, path: told.comment.path, comment },
        }),
      ),
    ),
  pull_request_review_thread: (payload) =>
    readWith(shapes.threads, payload, (told) => {
      const change = told.action === "resolved" ? "resolved" : "reopened";
      const thread = told.thread.comments[0]?.id ?? "";
      return telling(told, { kind: "thread", change, pullRequest: told.pull_request.number, thread });
    }),
  push: readPush(shapes.around),
  check_run: readRun(shapes.around, "check_run"),
  check_suite: readRun(shapes.around, "check_suite"),
  workflow_run: readRun(shapes.around, "workflow_run"),
  workflow_job: readRun(shapes.around, "workflow_job"),
  status: readStatus(shapes.around),
};
