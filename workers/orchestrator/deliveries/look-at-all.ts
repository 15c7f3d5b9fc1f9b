import { intake, triggerLabel } from "@tamma/core/domain/platform/intake.ts";
import { activeLoopOf } from "@tamma/core/domain/repository/state.ts";
import { PlatformError } from "@tamma/core/ports/platform.ts";
import type { PlacedComment } from "@tamma/core/ports/platform-reading.ts";
import { logError } from "../log.ts";
import type { LoopRow } from "../objects.ts";
import { askedMeanwhile } from "./asked-before.ts";
import { hear } from "./hear.ts";
import { lookAtBranch, lookAtChecks, lookAtIssue, lookAtPullRequest, lookAtReviews } from "./look.ts";
import type { Stage } from "./stage.ts";
import { startByTrigger } from "./start-loop.ts";

/** Looks back further than the last look: clocks differ, and lists of a platform lag. */
const overlapMs = 15 * 60_000;

/**
 * Asks the platform for everything that a webhook would have told, as far as loops are concerned: deliveries
 * get lost, and a server may have been down. What was heard or done before is known and done no second time.
 *
 * @param since when this was done last; null: never
 * @throws PlatformError
 */
export async function lookAtAll(stage: Stage, since: number | null): Promise<void> {
  const from = since === null ? null : since - overlapMs;
  await askForLost(stage, from);
  for (const row of stage.ports.loops().filter(({ active }) => active)) await lookAtLoop(stage, row, from);
  if (from !== null) await hearElsewhere(stage, from);
  await startLabelled(stage);
}

async function lookAtLoop(stage: Stage, row: LoopRow, from: number | null): Promise<void> {
  const { issue } = row.summary;
  const after = from ?? row.summary.startedAt - overlapMs;
  await hearAll(stage, { on: "issue", number: issue }, after);
  await lookAtIssue(at(stage, `issue:${issue}`), issue, null);
  if (row.branch) await lookAtBranch(at(stage, `branch:${row.branch}`), row.branch);
  if (row.head) await lookAtChecks(at(stage, `checks:${row.head}`), row.head);
  const number = row.pullRequest ?? null;
  if (number === null) return;
  await hearAll(stage, { on: "pull-request", number }, after);
  await lookAtReviews(stage, number);
  await lookAtPullRequest(at(stage, `pull:${number}`), number, null);
}

async function hearAll(
  stage: Stage,
  where: { on: "issue" | "pull-request"; number: number },
  after: number,
): Promise<void> {
  for (const comment of await stage.platform.reading.comments(where.number, after))
    await hearOne(stage, { ...where, comment });
}

/**
 * Comments of which nobody told where no loop is at work: one may ask for a loop. The first look hears none,
 * because what was said before a repository was added was not said to Tamma.
 */
async function hearElsewhere(stage: Stage, from: number): Promise<void> {
  // An old one that was changed lately is no new word.
  for (const placed of (await stage.platform.reading.commentsSince(from)) ?? [])
    if (placed.comment.at >= from) await hearOne(stage, placed);
}

async function hearOne(stage: Stage, placed: PlacedComment): Promise<void> {
  const { repository, account } = stage;
  const news = { kind: "comment", change: "created", ...placed } as const;
  const asked = intake({ repository, sender: placed.comment.author, news }, account);
  if ("ask" in asked && asked.ask === "hear") await hear(stage, asked);
}

/** Issues that were labelled and of which nobody told. */
async function startLabelled(stage: Stage): Promise<void> {
  const { platform, ports } = stage;
  for (const { number } of await platform.reading.issuesWith(triggerLabel)) {
    const known = ports.known();
    if (known && activeLoopOf(known, number)) {
      await askedMeanwhile(stage, number);
      continue;
    }
    const by = await platform.reading.labelledBy(number, triggerLabel);
    if (!by) continue;
    const asked = { issue: number, trigger: "label", at: by.at, fresh: true } as const;
    await startByTrigger(at(stage, `label:${number}`), asked, by);
  }
}

/** Where the platform keeps a list of deliveries that failed, it is asked to send them again. */
async function askForLost({ platform, repository }: Stage, from: number | null): Promise<void> {
  if (!platform.capabilities.redeliver || from === null) return;
  const path = `/webhooks/${platform.capabilities.platform}/${repository.connection}`;
  try {
    for (const { id, url } of await platform.setup.webhooks()) {
      if (!url.endsWith(path)) continue;
      for (const lost of await platform.setup.lostDeliveries(id, from))
        await platform.setup.redeliver(id, lost.id);
    }
  } catch (thrown) {
    // A token may work with a repository and not see its webhooks.
    if (!(thrown instanceof PlatformError) || thrown.kind === "transient" || thrown.kind === "rate-limited")
      throw thrown;
    logError("lost deliveries", thrown, { repository: repository.name });
  }
}

/** The same look at the same time is one command; the next one is another. */
function at(stage: Stage, what: string): Stage {
  return { ...stage, occasion: `${stage.occasion}:${what}` };
}
