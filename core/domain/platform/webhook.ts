import type { Instant, Sha } from "../ids.ts";

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
  /** When it was changed last, by the platform's clock and in whole seconds: the change that is told. */
  readonly at: Instant;
  /**
   * What this change gave the issue: labels by name, assignees by id. Null where the platform does not tell.
   */
  readonly given: { readonly labels: readonly string[]; readonly assignees: readonly string[] } | null;
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
  /** The key that Tamma writes into its own comments, wherever this one has it from; null without one. */
  readonly key: string | null;
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
