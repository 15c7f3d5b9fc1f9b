import { intake } from "@tamma/core/domain/platform/intake.ts";
import type { OpenDelivery } from "./delivery-rows.ts";
import { hear } from "./hear.ts";
import { lookAtBranch, lookAtChecks, lookAtIssue, lookAtPullRequest, lookAtReviews } from "./look.ts";
import type { ActingPorts, Stage } from "./stage.ts";
import { startByTrigger } from "./start-loop.ts";

/** Does what a delivery asks for, and says in words what that was. @throws PlatformError */
export async function actOn(ports: ActingPorts, { id, webhook }: OpenDelivery): Promise<string> {
  const known = ports.known();
  if (!known) return "ignored: the repository is unknown";
  const { repository } = known;
  const platform = await ports.platform(repository);
  const account = await platform.reading.me();
  const asked = intake(webhook, account);
  if ("ignored" in asked) return `ignored: ${asked.ignored}`;
  const stage: Stage = { ports, repository, platform, account, occasion: `delivery:${id}` };
  const { sender } = webhook;
  switch (asked.ask) {
    case "start":
      return startByTrigger(stage, asked, sender);
    case "hear":
      return hear(stage, asked);
    case "look-at-issue":
      return lookAtIssue(stage, asked.number, sender);
    case "look-at-pull-request":
      return lookAtPullRequest(stage, asked.number, sender);
    case "look-at-reviews":
      return lookAtReviews(stage, asked.pullRequest);
    case "look-at-branch":
      return lookAtBranch(stage, asked.branch, sender.id === account.id);
    case "look-at-checks":
      return lookAtChecks(stage, asked.sha);
    default:
      return asked satisfies never;
  }
}
