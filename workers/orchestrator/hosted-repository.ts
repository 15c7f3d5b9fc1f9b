import { PlatformError, type PlatformErrorKind } from "@tamma/core/ports/platform.ts";
import type { RepositoryNow } from "@tamma/core/ports/platform-reading.ts";
import type { PlatformRepository } from "@tamma/core/ports/platform-repository.ts";
import type { Repository } from "@tamma/core/protocol/rest.ts";
import type { Answer, Refusal } from "../rpc.ts";
import { accountHub } from "./objects.ts";
import type { Parts } from "./parts.ts";
import { platformRepositories } from "./platform-repositories.ts";
import { ok, refuse } from "./refusal.ts";

/** The label by which an issue is given to Tamma. */
const triggerLabel = {
  name: "tamma",
  colour: "5319e7",
  description: "Tamma takes this issue to a reviewed pull request",
};

const statuses: Readonly<Record<PlatformErrorKind, Refusal["status"]>> = {
  ...{ auth: 422, forbidden: 422, "not-found": 404, conflict: 409, "head-moved": 409 },
  ...{ "not-mergeable": 409, validation: 422, "rate-limited": 503, unsupported: 422, transient: 503 },
};

/** What the platform knows of a repository, when a loop could work there. */
export async function lookAtHosted(
  { env }: Parts,
  { connection, name }: { connection: string; name: string },
): Promise<Answer<Repository>> {
  return onPlatform(async () => {
    const hosted = await platformRepositories(env).at({ connection, name });
    const found = await hosted.reading.repository();
    const problem = unfit(found);
    if (problem) return refuse(422, "repository-unfit", `${found.name} ${problem.why}`, problem.todo);
    const { id, cloneUrl: url, defaultBranch } = found;
    return ok({ connection, id, name: found.name, url, defaultBranch });
  });
}

/** Sets up the webhook and the label that a repository needs. Repeating it changes nothing. */
export async function setUpHosted(
  { env }: Parts,
  { connection, name }: { connection: string; name: string },
): Promise<Answer<null>> {
  const access = await accountHub(env).connectionAccess(connection);
  const [secret] = access?.webhookSecrets ?? [];
  if (!access || secret === undefined)
    return refuse(
      404,
      "unknown-connection",
      `there is no connection ${connection}`,
      "see `tamma connections`",
    );
  const url = `${env.TAMMA_ORIGIN}/webhooks/${access.platform}/${connection}`;
  return onPlatform(async () => {
    const { setup }: PlatformRepository = await platformRepositories(env).at({ connection, name });
    await setup.putWebhook({ url, secret });
    await setup.putLabel(triggerLabel);
    return ok(null);
  });
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

/** A platform's no, as an answer. */
export async function onPlatform<T>(work: () => Promise<Answer<T>>): Promise<Answer<T>> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof PlatformError)) throw thrown;
    const todo =
      thrown.kind === "auth"
        ? "give the connection a good token: `tamma connections rotate`"
        : "put that right on the platform, then try again";
    return refuse(statuses[thrown.kind], `platform-${thrown.kind}`, thrown.message, todo);
  }
}
