import { triggerLabel } from "@tamma/core/domain/platform/intake.ts";
import { parseAction } from "@tamma/core/domain/platform/runner-action.ts";
import type { RepositoryNow } from "@tamma/core/ports/platform-reading.ts";
import type { PlatformRepositories, PlatformRepository } from "@tamma/core/ports/platform-repository.ts";
import type { WebhookSetting } from "@tamma/core/ports/platform-setup.ts";
import type { Repository, RepositorySetUp } from "@tamma/core/protocol/rest.ts";
import type { Answer, Caller } from "../rpc.ts";
import { connectionAccess } from "./connection-access.ts";
import type { ConnectionAccess } from "./connections.ts";
import type { SetUpRow } from "./listed-rows.ts";
import { accountHub } from "./objects.ts";
import type { Parts } from "./parts.ts";
import { onPlatform } from "./platform-answer.ts";
import { platformRepositories } from "./platform-repositories.ts";
import { ok, refuse } from "./refusal.ts";
import { proposalOf, proposeWorkflow } from "./workflow-proposal.ts";

/** The label by which an issue is given to Tamma. */
const startLabel = {
  name: triggerLabel,
  colour: "5319e7",
  description: "Tamma takes this issue to a reviewed pull request",
};

/** What is wanted for a repository on its platform. */
interface SetUpWish {
  webhook: boolean;
  workflow: boolean;
  actionRef: string | null;
  runsOn: string[] | null;
}

/** A repository, and its webhooks as they were just listed; null where nobody asked for one. */
interface Looked {
  repository: Repository;
  webhooks: readonly WebhookSetting[] | null;
}

/** What the platform knows of a repository, when a loop could work there and it can be set up as wished. */
export async function lookAtHosted(
  { env }: Parts,
  repositories: PlatformRepositories,
  wish: { connection: string; name: string } & SetUpWish,
): Promise<Answer<Looked>> {
  const { connection, name, webhook } = wish;
  const access = await connectionAccess(env, connection);
  if (!access) return unknown(connection);
  if (webhook && access.webhook.url === null)
    return refuse(422, "webhook-address", access.webhook.why, access.webhook.todo);
  return onPlatform(async () => {
    const hosted = await repositories.at({ connection, name });
    const found = await hosted.reading.repository();
    const unfitted = unfit(found);
    const shown = webhook && !unfitted ? await shownWebhooks(hosted) : null;
    const problem = unfitted ?? (shown && "why" in shown ? shown : null);
    if (problem) return refuse(422, "repository-unfit", `${found.name} ${problem.why}`, problem.todo);
    const { id, cloneUrl: url, defaultBranch } = found;
    // Nothing is done before it is known that all of it can be.
    const parsed = parseAction(wish.actionRef);
    if (wish.workflow && "problem" in parsed) {
      const { why, todo } = parsed.problem;
      const proposed = await proposalOf(hosted, access.platform, defaultBranch);
      if (proposed === null) return refuse(422, "workflow-unpinned", why, todo);
    }
    const repository = { connection, id, name: found.name, url, defaultBranch };
    return ok({ repository, webhooks: shown && "listed" in shown ? shown.listed : null });
  });
}

/** Sets up the webhook, the label and the workflow file. Repeating it changes only what is missing. */
export async function setUpHosted(
  { env }: Parts,
  repositories: PlatformRepositories,
  caller: Caller,
  { repository, webhooks }: Looked,
  wish: SetUpWish,
): Promise<Answer<RepositorySetUp>> {
  const { connection, name } = repository;
  const hub = accountHub(env);
  const [access, before] = await Promise.all([connectionAccess(env, connection), hub.setUpOf(repository)]);
  if (!access) return unknown(connection);
  return onPlatform(async () => {
    const hosted = await repositories.at({ connection, name });
    const label = await hosted.setup.putLabel(startLabel);
    const workflow = wish.workflow
      ? await proposeWorkflow(hosted, { access, repository, wish, origin: env.TAMMA_ORIGIN })
      : null;
    // Last, and noted at once: nobody can look up afterwards which secret a webhook has.
    const webhook = wish.webhook ? await putWebhook(hosted, access, before, webhooks) : "none";
    const row = { webhook: wish.webhook, secretsAt: wish.webhook ? access.secretsAt : null };
    const done: RepositorySetUp = { webhook, label, workflow };
    await hub.noteSetUp(caller, repository, { row, done });
    return ok(done);
  });
}

/** Where the platform shows the connection nothing any more, there is nothing that could be taken away. */
const outOfReach: readonly string[] = ["platform-auth", "platform-forbidden", "platform-not-found"];

/**
 * Takes our webhook away, because a repository whose deliveries still come would go on to start loops. Label
 * and workflow file stay: issues and people may use them.
 */
export async function clearHosted({ env }: Parts, { connection, name }: Repository): Promise<Answer<null>> {
  const access = await connectionAccess(env, connection);
  const cleared = await onPlatform(async () => {
    const { setup } = await platformRepositories(env).at({ connection, name });
    const own = (await setup.webhooks()).filter(({ url }) => url === access?.webhook.url);
    for (const { id } of own) await setup.removeWebhook(id);
    return ok(null);
  });
  return cleared.ok || !outOfReach.includes(cleared.refusal.code) ? cleared : ok(null);
}

async function putWebhook(
  { setup }: PlatformRepository,
  { webhook, webhookSecrets: [secret], secretsAt }: ConnectionAccess,
  before: SetUpRow | null,
  webhooks: Looked["webhooks"],
): Promise<"made" | "renewed" | "there"> {
  const { url } = webhook;
  // Both were looked at before the repository was added.
  if (url === null || secret === undefined) throw new Error("a webhook needs an address and a secret");
  const all = webhooks ?? (await setup.webhooks());
  const own = all.filter((each) => each.url === url);
  const isGood = own.length === 1 && own[0]?.active && before?.secretsAt === secretsAt;
  if (isGood) return "there";
  await setup.putWebhook({ url, secret }, all);
  return own.length === 0 ? "made" : "renewed";
}

function unfit(found: RepositoryNow): { why: string; todo: string } | null {
  if (found.archived) return { why: "is archived", todo: "take it out of the archive first" };
  if (found.empty) return { why: "has no commit yet", todo: "make a first commit, then add it again" };
  if (found.permission === "write" || found.permission === "admin") return null;
  return {
    why: `may only be ${found.permission === "read" ? "read" : "looked at"} with this connection`,
    todo: "give the connection's account or App write access",
  };
}

/**
 * Webhooks are shown to exactly those who may make one; a try would leave something behind. Null: that cannot
 * be told now.
 */
async function shownWebhooks({
  setup,
}: PlatformRepository): Promise<{ listed: WebhookSetting[] } | { why: string; todo: string } | null> {
  const shown = await onPlatform(async () => ok(await setup.webhooks()));
  if (shown.ok) return { listed: shown.value };
  if (!["platform-forbidden", "platform-not-found"].includes(shown.refusal.code)) return null;
  return {
    why: `takes no webhook from this connection: ${shown.refusal.message}`,
    todo:
      "make the connection's account administrator of the repository (an App: permission Webhooks, " +
      "read and write), or add it with --no-webhook and make the webhook yourself",
  };
}

function unknown(connection: string): Answer<never> {
  return refuse(
    404,
    "unknown-connection",
    `there is no connection ${connection}`,
    "see `tamma connections list`, or add it with `tamma connections add`",
  );
}
