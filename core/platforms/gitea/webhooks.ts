import { Sha } from "../../domain/ids.ts";
import type { News } from "../../domain/platform/webhook.ts";
import type { Reading, WebhookSource } from "../../ports/webhook.ts";
import { isSignedBy } from "../_shared/signature.ts";
import { readPush, readRun, readStatus } from "../_shared/webhook-readers.ts";
import { entryOf, readAction, readWith, telling } from "../_shared/webhook-reading.ts";
import * as shapes from "./webhook-shapes.ts";

/**
 * Gitea's webhooks. Source: Gitea's documentation, "Webhooks" (`X-Gitea-Signature`, bare hexadecimal HMAC of
 * the raw body), and its `modules/webhook/type.go` for the names of events.
 */
export const giteaWebhooks: WebhookSource = {
  platform: "gitea",
  async verify(headers, body, secrets) {
    const [id, event] = [headers.get("x-gitea-delivery"), headers.get("x-gitea-event")];
    const signature = headers.get("x-gitea-signature");
    if (!id || !event) return { refused: "X-Gitea-Delivery or X-Gitea-Event is missing" };
    if (!signature) return { refused: "X-Gitea-Signature is missing: set a secret" };
    const signed = await isSignedBy(body, signature, secrets);
    return signed ? { id, event } : { refused: "the signature does not fit the secret" };
  },
  read: (event, payload) =>
    entryOf(readers, event)?.(payload) ?? { ignored: `nothing is done on "${event}"` },
};

type IssueChange = Extract<News, { kind: "issue" }>["change"];

const issueChanges: Readonly<Record<string, IssueChange>> = {
  ...{ opened: "opened", edited: "text", label_updated: "labels", label_cleared: "labels" },
  ...{ assigned: "assignees", unassigned: "assignees", closed: "closed", reopened: "reopened" },
  deleted: "gone",
};

type PullChange = Extract<News, { kind: "pull-request" }>["change"];

const pullChanges: Readonly<Record<string, PullChange>> = {
  ...{ opened: "opened", edited: "text", synchronized: "head", closed: "closed", reopened: "reopened" },
  ...{ label_updated: "labels", label_cleared: "labels", assigned: "assignees", unassigned: "assignees" },
  ...{ review_requested: "reviewers", review_request_removed: "reviewers" },
};

type Verdict = Extract<News, { kind: "review" }>["verdict"];

/** Gitea tells the verdict by the event's name; words and verdict come without the comments at lines. */
const review = (verdict: Verdict) => (payload: unknown) =>
  readWith(shapes.reviews, payload, (told) => {
    const sha = Sha.safeParse(told.commit_id).data ?? null;
    const { content: body } = told.review;
    return telling(told, {
      ...{ kind: "review", pullRequest: told.number, verdict, review: null, body, sha, author: told.sender },
    });
  });

/** By Gitea's name of the event. */
const readers: Readonly<Record<string, (payload: unknown) => Reading>> = {
  issues: (payload) =>
    readAction("issues", issueChanges, payload, (change) =>
      readWith(shapes.issues, payload, (told) => telling(told, { kind: "issue", change, issue: told.issue })),
    ),
  issue_comment: (payload) =>
    readWith(shapes.issueComments, payload, (told) => {
      const isPull = told.is_pull ?? (told.issue.pull_request ?? null) !== null;
      const on = isPull ? "pull-request" : "issue";
      const { action: change, comment } = told;
      return telling(told, { kind: "comment", change, on, number: told.issue.number, comment });
    }),
  pull_request: (payload) =>
    readAction("pull_request", pullChanges, payload, (known) =>
      readWith(shapes.pullRequests, payload, (told) => {
        const pullRequest = { number: told.number, ...told.pull_request };
        const change = known === "closed" && pullRequest.state === "merged" ? "merged" : known;
        return telling(told, { kind: "pull-request", change, pullRequest });
      }),
    ),
  pull_request_approved: review("approved"),
  pull_request_rejected: review("changes-requested"),
  pull_request_comment: review("commented"),
  push: readPush(shapes.around),
  workflow_run: readRun(shapes.around, "workflow_run"),
  workflow_job: readRun(shapes.around, "workflow_job"),
  status: readStatus(shapes.around),
};
