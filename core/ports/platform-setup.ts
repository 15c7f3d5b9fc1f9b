import type { Instant } from "../domain/ids.ts";

export interface WebhookSetting {
  readonly id: string;
  readonly url: string;
  readonly active: boolean;
}

/** A delivery that did not reach Tamma. */
export interface LostDelivery {
  readonly id: string;
  readonly event: string;
  readonly at: Instant;
}

/** What a connection sets up in a repository. Every call may be repeated. */
export interface PlatformSetup {
  /** Makes the webhook with this address, or gives the one that is there this secret and the events. */
  putWebhook(
    webhook: { url: string; secret: string },
    /** Those that are there, as they were just listed; absent: they are listed. */
    known?: readonly WebhookSetting[],
  ): Promise<WebhookSetting>;
  webhooks(): Promise<WebhookSetting[]>;
  /** Removing what is gone changes nothing. */
  removeWebhook(id: string): Promise<void>;
  /** Deliveries since `since` that failed. @throws PlatformError `unsupported` where they cannot be asked. */
  lostDeliveries(webhook: string, since: Instant): Promise<LostDelivery[]>;
  redeliver(webhook: string, delivery: string): Promise<void>;
  /** Whether there is a label of this name that issues of the repository can have. */
  hasLabel(name: string): Promise<boolean>;
  /** Makes the label unless there is one of this name. `colour`: six hex digits. */
  putLabel(label: { name: string; colour: string; description: string }): Promise<"made" | "there">;
  /**
   * Writes a file on a new branch that starts at `from`, as one commit. A branch of this name that is there
   * already is left alone.
   */
  putFileOnBranch(change: {
    branch: string;
    from: string;
    path: string;
    text: string;
    message: string;
  }): Promise<void>;
}
