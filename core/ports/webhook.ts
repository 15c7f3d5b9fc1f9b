import type { Webhook } from "../domain/platform/webhook.ts";

/** Platforms that tell by webhook what happened. */
export type WebhookPlatform = "github" | "gitea";

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
