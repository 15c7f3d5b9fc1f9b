import type { WebhookPlatform, WebhookSource } from "../ports/webhook.ts";
import { giteaWebhooks } from "./gitea/webhooks.ts";
import { githubWebhooks } from "./github/webhooks.ts";

export const webhookSources: Readonly<Record<WebhookPlatform, WebhookSource>> = {
  github: githubWebhooks,
  gitea: giteaWebhooks,
};

/**
 * Who sent it, by the headers alone. Forgejo also sends Gitea's headers and both also send GitHub's, so the
 * order of the questions decides.
 */
export function senderOf(headers: Headers): WebhookPlatform | "forgejo" | null {
  if (headers.has("x-forgejo-event")) return "forgejo";
  if (headers.has("x-gitea-event")) return "gitea";
  return headers.has("x-github-event") ? "github" : null;
}
