import type { Capabilities } from "@tamma/core/domain/platform/capabilities.ts";
import { connectionFindings } from "@tamma/core/domain/platform/connection-findings.ts";
import { triggerLabel } from "@tamma/core/domain/platform/intake.ts";
import { type OfConnection, repositoryFindings } from "@tamma/core/domain/platform/repository-findings.ts";
import type { RepositoryFacts, Told } from "@tamma/core/domain/platform/setup-facts.ts";
import { finderOf, type SetupFinding } from "@tamma/core/domain/platform/setup-finding.ts";
import { PlatformError } from "@tamma/core/ports/platform.ts";
import type { PlatformRepository } from "@tamma/core/ports/platform-repository.ts";
import type { ConnectionCheck } from "@tamma/core/protocol/connections.ts";
import type { Repository } from "@tamma/core/protocol/rest.ts";
import type { Answer } from "../rpc.ts";
import { type Look, lookingAt } from "./compose.ts";
import { connectionAccess } from "./connection-access.ts";
import type { ConnectionAccess } from "./connections.ts";
import { accountHub } from "./objects.ts";
import type { Parts } from "./parts.ts";
import { ok, refuse } from "./refusal.ts";

/** Whoever asks waits for the answer, and a client gives up after 15 s. */
const lookMsMax = 12_000;
/** Some ten requests each: more would use up what a request here may ask, and the time that it has. */
const repositoriesMax = 20;
/** At once: fast enough for twenty, and no storm for a small server. */
const atOnce = 4;
/** So far back lost deliveries are looked for. GitHub keeps them for three days. */
const lostHours = 24;
const hourMs = 3_600_000;

/** Asks the platform how well a connection and its repositories are set up. Nothing is changed. */
export async function checkConnection(
  { env, redact }: Parts,
  id: string,
  only: string | null,
): Promise<Answer<ConnectionCheck>> {
  const hub = accountHub(env);
  const access = await connectionAccess(env, id);
  if (!access)
    return refuse(404, "unknown-connection", `there is no connection ${id}`, "see `tamma connections list`");
  const own = (await hub.repositories()).filter(({ connection }) => connection === id);
  const chosen = only === null ? own : own.filter((each) => each.id === only || each.name === only);
  if (only !== null && chosen.length === 0)
    return refuse(404, "unknown-repository", `${only} was not added through ${id}`, "see `tamma repos list`");
  const look = lookingAt(access, AbortSignal.timeout(lookMsMax), redact);
  const account = await toldBy(() => look.account());
  const facts = { id, baseUrl: access.baseUrl, webhook: access.webhook, account };
  const findings = connectionFindings({ ...facts, clockAheadMs: look.clockAheadMs() });
  const capabilities: Record<string, Record<string, unknown>> = {};
  // Without a good credential each of them would say the same once more.
  if ("failed" in account) return ok({ connection: access.shown, capabilities, findings });
  const looked = await inTurns(chosen.slice(0, repositoriesMax), (repository) =>
    checkRepository(look, access, repository, hub.setUpOf(repository)),
  );
  for (const { name, can } of looked) if (can) capabilities[name] = { ...can };
  findings.push(...looked.flatMap((each) => each.findings), ...leftOut(chosen.length));
  return ok({ connection: access.shown, capabilities, findings });
}

function leftOut(count: number): SetupFinding[] {
  if (count <= repositoriesMax) return [];
  const what = `${count - repositoriesMax} repositories were not looked at`;
  return [finderOf(null).warning(what, `one look takes ${repositoriesMax}`, "tamma repos check NAME")];
}

interface Looked {
  name: string;
  can: Capabilities | null;
  findings: SetupFinding[];
}

async function checkRepository(
  look: Look,
  access: ConnectionAccess,
  repository: Repository,
  setUp: ReturnType<ReturnType<typeof accountHub>["setUpOf"]>,
): Promise<Looked> {
  const row = await setUp;
  const { id, name, defaultBranch } = repository;
  const added = {
    ...{ id, name, defaultBranch },
    wantsWebhook: row?.webhook ?? true,
    hasPresentSecret: row?.secretsAt === access.secretsAt,
  };
  const of: OfConnection = {
    ...{ id: access.shown.id, webhookUrl: access.webhook.url, webhookPath: access.shown.webhookPath },
    label: triggerLabel,
  };
  const hosted = await toldBy(() => look.repository(name));
  if ("failed" in hosted) {
    const facts = { ...added, now: hosted, webhooks: hosted, lost: null, label: hosted, rules: hosted };
    return { name, can: null, findings: repositoryFindings(facts, of) };
  }
  const facts = await factsOf(hosted.told, added, access);
  return { name, can: hosted.told.capabilities, findings: repositoryFindings(facts, of) };
}

type Added = Pick<RepositoryFacts, "id" | "name" | "defaultBranch" | "wantsWebhook" | "hasPresentSecret">;

async function factsOf(
  { reading, setup, capabilities }: PlatformRepository,
  added: Added,
  { webhook }: ConnectionAccess,
): Promise<RepositoryFacts> {
  const [now, webhooks, label, rules] = await Promise.all([
    toldBy(() => reading.repository()),
    toldBy(() => setup.webhooks()),
    toldBy(() => setup.hasLabel(triggerLabel)),
    toldBy(() => reading.branchRules(added.defaultBranch)),
  ]);
  const own = "told" in webhooks ? webhooks.told.find(({ url }) => url === webhook.url) : undefined;
  const since = Date.now() - lostHours * hourMs;
  const lost =
    own && capabilities.redeliver
      ? await toldBy(async () => ({
          count: (await setup.lostDeliveries(own.id, since)).length,
          hours: lostHours,
        }))
      : null;
  return { ...added, now, webhooks, label, rules, lost };
}

async function toldBy<T>(work: () => Promise<T>): Promise<Told<T>> {
  try {
    return { told: await work() };
  } catch (thrown) {
    if (!(thrown instanceof PlatformError)) throw thrown;
    return { failed: { kind: thrown.kind, message: thrown.message } };
  }
}

/** Results in the order of `items`. */
async function inTurns<A, B>(items: readonly A[], work: (item: A) => Promise<B>): Promise<B[]> {
  const results: B[] = [];
  for (let at = 0; at < items.length; at += atOnce)
    results.push(...(await Promise.all(items.slice(at, at + atOnce).map(work))));
  return results;
}
