import type { Instant, Sha } from "../domain/ids.ts";

/** Platforms that tell by webhook what happened. */
export type WebhookPlatform = "github" | "gitea";

/** Somebody on a platform. `id` is never given to another; `login` is what people write behind an @. */
export interface PlatformUser {
  readonly id: string;
  readonly login: string;
  /** An account of a program, as far as the platform says so. */
  readonly bot: boolean;
}

/** An issue as a webhook shows it: of the moment at which it was sent, not of now. */
export interface IssueNews {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly state: "open" | "closed";
  readonly labels: readonly string[];
  readonly assignees: readonly PlatformUser[];
  readonly author: PlatformUser;
}

/** A pull request as a webhook shows it. */
export interface PullRequestNews {
  readonly number: number;
  readonly title: string;
  readonly state: "open" | "closed" | "merged";
  readonly draft: boolean;
  readonly headBranch: string;
  readonly head: Sha;
  readonly baseBranch: string;
  /** Its head lies in another repository, or in one that is gone: read only. */
  readonly fork: boolean;
  readonly author: PlatformUser;
  /** Null while it is not merged. */
  readonly mergeSha: Sha | null;
}

export interface CommentNews {
  readonly id: string;
  readonly body: string;
  readonly author: PlatformUser;
  readonly at: Instant;
}

type ChangeOfText = "created" | "edited" | "deleted";

/** What happened. What Tamma does about it is decided elsewhere, after a look at the platform. */
export type News =
  | {
      readonly kind: "issue";
      readonly change: "opened" | "text" | "labels" | "assignees" | "closed" | "reopened" | "gone";
      readonly issue: IssueNews;
    }
  | {
      readonly kind: "pull-request";
      readonly change:
        | ("opened" | "text" | "head" | "draft" | "labels" | "assignees")
        | ("reviewers" | "closed" | "merged" | "reopened");
      readonly pullRequest: PullRequestNews;
    }
  | {
      readonly kind: "comment";
      readonly change: ChangeOfText;
      /** Where it stands. Pull requests are counted along with issues. */
      readonly on: "issue" | "pull-request";
      readonly number: number;
      readonly comment: CommentNews;
    }
  | {
      readonly kind: "review";
      readonly pullRequest: number;
      readonly verdict: "approved" | "changes-requested" | "commented" | "dismissed";
      /** Null where the platform sends none: its comments have to be asked for. */
      readonly review: string | null;
      readonly body: string;
      /** The commit that was looked at; null where the platform does not say. */
      readonly sha: Sha | null;
      readonly author: PlatformUser;
    }
  | {
      readonly kind: "review-comment";
      readonly change: ChangeOfText;
      readonly pullRequest: number;
      /** The comment that began its thread: itself, or the one it answers. */
      readonly thread: string;
      readonly path: string;
      readonly comment: CommentNews;
    }
  | {
      readonly kind: "thread";
      readonly change: "resolved" | "reopened";
      readonly pullRequest: number;
      readonly thread: string;
    }
  | {
      readonly kind: "push";
      readonly branch: string;
      /** Null: the branch did not exist before, or is gone now. */
      readonly before: Sha | null;
      readonly after: Sha | null;
    }
  /** Some verdict on this commit changed: it is time to ask for all of them. */
  | { readonly kind: "checks"; readonly sha: Sha };

/** One thing that happened in one repository, and who did it. */
export interface Webhook {
  /** The platform's own id and full name (`owner/name`) of the repository. */
  readonly repository: { readonly id: string; readonly name: string };
  readonly sender: PlatformUser;
  readonly news: News;
}

/** A delivery whose sender knows the secret. `id` is the same when the platform delivers it again. */
export interface Delivery {
  readonly id: string;
  /** The platform's name of what happened. */
  readonly event: string;
}

/**
 * What was made of a delivery. Valid ones that say nothing to Tamma are ignored with the reason; a payload
 * that is not what the platform documents is malformed, with the field that is wrong.
 */
export type Reading =
  | { readonly webhook: Webhook }
  | { readonly ignored: string }
  | { readonly malformed: string };

/** How one platform proves and words its webhooks. Nothing here asks the platform. */
export interface WebhookSource {
  readonly platform: WebhookPlatform;
  /**
   * Whether whoever sent `body` (the raw bytes) knows one of `secrets` (more than one while they are
   * rotated); otherwise why it is refused, in words that tell an attacker nothing.
   */
  verify(
    headers: Headers,
    body: Uint8Array<ArrayBuffer>,
    secrets: readonly string[],
  ): Promise<Delivery | { readonly refused: string }>;
  read(event: string, payload: unknown): Reading;
}
