import { type DeliveryOutcome, done, ignored } from "@tamma/core/domain/platform/delivery-outcome.ts";
import { intake } from "@tamma/core/domain/platform/intake.ts";
import type { OpenDelivery } from "./delivery-rows.ts";
import { hear } from "./hear.ts";
import { lookAtBranch, lookAtChecks, lookAtIssue, lookAtPullRequest, lookAtReviews } from "./look.ts";
import type { ActingPorts, Stage } from "./stage.ts";
import { startByTrigger } from "./start-loop.ts";

/** Does what a delivery asks for. @throws PlatformError */
export async function actOn(ports: ActingPorts, { id, webhook }: OpenDelivery): Promise<DeliveryOutcome> {
  const known = ports.known();
  if (!known) return ignored("the repository is unknown");
  const { repository } = known;
  const platform = await ports.platform(repository);
  const account = await platform.reading.me();
  const asked = intake(webhook, account);
  if ("ignored" in asked) return ignored(asked.ignored);
  const stage: Stage = { ports, repository, platform, account, occasion: `delivery:${id}` };
  const { sender } = webhook;
  switch (asked.ask) {
    case "start":
      return startByTrigger(stage, asked, sender);
    case "hear":
      return hear(stage, asked);
    case "look-at-issue":
      return done(await lookAtIssue(stage, asked.number, sender));
    case "look-at-pull-request":
      return done(await lookAtPullRequest(stage, asked.number, sender));
    case "look-at-reviews":
      return done(await lookAtReviews(stage, asked.pullRequest));
    case "look-at-branch":
      return done(await lookAtBranch(stage, asked.branch, sender.id === account.id));
    case "look-at-checks":
      return done(await lookAtChecks(stage, asked.sha));
    default:
      return asked satisfies never;
  }
}
