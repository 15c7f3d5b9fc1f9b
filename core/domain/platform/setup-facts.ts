import type { WebhookAddress } from "./webhook-address.ts";

/** What was asked of a platform and how it answered. `kind` is that of the port's error. */
export type Told<T> =
  | { readonly told: T }
  | { readonly failed: { readonly kind: string; readonly message: string } };

/** One thing that the connection's token or App must be allowed, in the platform's word for it. */
export interface AccessRight {
  readonly name: string;
  /** What Tamma does with it. */
  readonly why: string;
  /** Without it no loop works; without the others something is done in another way or not at all. */
  readonly needed: boolean;
  /** Null: the platform does not tell. */
  readonly granted: boolean | null;
}

/** What protects a branch, as far as this token is shown it. */
export interface BranchRules {
  readonly protected: boolean;
  /** How many approvals a merge takes; null: not shown. */
  readonly approvals: number | null;
  /** Whether the connection may merge into it; null: only the merge itself will tell. */
  readonly mayMerge: boolean | null;
}

/** A connection as it was found. */
export interface ConnectionFacts {
  readonly id: string;
  readonly baseUrl: string;
  readonly webhook: WebhookAddress;
  readonly account: Told<{
    readonly login: string;
    /** As the server words it; null where it has none. */
    readonly version: string | null;
    readonly rights: readonly AccessRight[];
  }>;
  /** How far the platform's clock is ahead of ours, in milliseconds; null: its answer had no date. */
  readonly clockAheadMs: number | null;
}

/** A repository of that connection as it was found. */
export interface RepositoryFacts {
  /** As it was added. */
  readonly id: string;
  readonly name: string;
  readonly defaultBranch: string;
  /** False: it was added without a webhook of its own. */
  readonly wantsWebhook: boolean;
  /** The webhook was given the connection's present secret. */
  readonly hasPresentSecret: boolean;
  readonly now: Told<{
    readonly id: string;
    readonly name: string;
    readonly defaultBranch: string;
    readonly archived: boolean;
    readonly empty: boolean;
    readonly permission: "none" | "read" | "write" | "admin";
  }>;
  readonly webhooks: Told<readonly { readonly url: string; readonly active: boolean }[]>;
  /** Deliveries of our webhook that failed of late; null where the platform does not tell. */
  readonly lost: Told<{ readonly count: number; readonly hours: number }> | null;
  /** Whether the label is there by which an issue is given to Tamma. */
  readonly label: Told<boolean>;
  /** Null: no such branch. */
  readonly rules: Told<BranchRules | null>;
}
