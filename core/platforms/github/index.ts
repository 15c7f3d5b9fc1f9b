import type { Instant } from "../../domain/ids.ts";
import { PlatformError } from "../../ports/platform.ts";
import type { PlatformRepository } from "../../ports/platform-repository.ts";
import { once } from "../_shared/once.ts";
import { nothingStands, type Standing } from "../_shared/standing.ts";
import { type TransportOptions, transport } from "../_shared/transport.ts";
import { shaped } from "./answers.ts";
import { githubApp, gitUser } from "./app.ts";
import { githubCapabilities } from "./capabilities.ts";
import { githubCi } from "./ci-host.ts";
import { githubRuns } from "./ci-runs.ts";
import { type Authorization, type GithubClient, githubClient } from "./client.ts";
import { githubCodeHost } from "./code-host.ts";
import { githubComments } from "./comments.ts";
import { githubIssues } from "./issue-tracker.ts";
import { githubReading } from "./reading.ts";
import { type GithubRepository, rulesOf } from "./repository.ts";
import { githubSetup } from "./setup.ts";
import * as shapes from "./shapes.ts";

export interface GithubOptions {
  /** Absent: `https://api.github.com`; `https://api.NAME.ghe.com` or a server's `https://HOST/api/v3`. */
  baseUrl?: string;
  /** `owner/name` */
  repository: string;
  /** A token of a person or a bot, or an App that is installed for the repository. */
  access: { token: string } | { appId: string; privateKey: string };
  fetch: TransportOptions["fetch"];
  now: () => Instant;
  pause: (ms: number) => Promise<void>;
  /** Counts what a loop costs the platform. */
  sent?: TransportOptions["sent"];
  /** What is known of the repository already; absent: nothing. */
  standing?: Standing;
}

/**
 * One repository on GitHub, after a look at what can be done there.
 *
 * @throws PlatformError `validation` for options that are none, `auth`, `not-found` for a repository that
 * this access does not see
 */
export async function githubRepository(options: GithubOptions): Promise<PlatformRepository> {
  const { now, pause, repository: name, standing = nothingStands } = options;
  const baseUrl = apiAddress(options.baseUrl);
  const [owner, repo, ...more] = name.split("/");
  if (!owner || !repo || more.length > 0) throw wrong(`"${name}" is no owner/name of a repository`);
  const { client, me, permission, gitAccess } = connect(options, baseUrl, { owner, repo });
  const repository: GithubRepository = {
    ...{ client, at: { owner, repo }, me: once(() => standing.get("me", me)), permission, now, pause },
  };
  const { found, server, mergeQueue } = await standing.get("repository", () => lookedAt(repository));
  // Issues and pull requests are counted together, so their conversations are, too.
  const putComment = githubComments(repository);
  return {
    capabilities: githubCapabilities(found, server, mergeQueue),
    codeHost: githubCodeHost(repository, putComment),
    issues: githubIssues(repository, putComment),
    ci: githubCi(repository, found.default_branch),
    reading: githubReading(repository),
    runs: githubRuns(repository),
    setup: githubSetup(repository),
    gitAccess,
  };
}

/** What decides about capabilities: settings and the version of the server, null at github.com. */
async function lookedAt(repository: GithubRepository) {
  const answer = await repository.client.on("connect").repos.get({ ...repository.at });
  const found = shaped("connect", shapes.repository, answer.data);
  const header = (answer.headers as Readonly<Record<string, unknown>>)["x-github-enterprise-version"];
  const rules = await rulesOf(repository, "connect", found.default_branch);
  const mergeQueue = rules?.some(({ type }) => type === "merge_queue") ?? false;
  return { found, server: typeof header === "string" ? header : null, mergeQueue };
}

type Connection = { client: GithubClient } & Pick<GithubRepository, "me" | "permission"> &
  Pick<PlatformRepository, "gitAccess">;

function connect(options: GithubOptions, baseUrl: string, at: { owner: string; repo: string }): Connection {
  const { access, now } = options;
  const wire = transport(options);
  if ("appId" in access) {
    const app = githubApp({ ...access, ...at, baseUrl, transport: wire, now });
    const { authorization, me, permission, gitAccess } = app;
    return { client: githubClient(baseUrl, wire, authorization), me, permission, gitAccess };
  }
  const client = githubClient(baseUrl, wire, tokenAuthorization(access));
  const me = async () => {
    const { data } = await client.on("me").users.getAuthenticated();
    return shaped("me", shapes.account, data);
  };
  const gitAccess = async () => ({ username: gitUser, password: access.token, expiresAt: null });
  return { client, me, permission: null, gitAccess };
}

/** @throws PlatformError `validation` for what is no token at all */
export function tokenAuthorization({ token }: { token: string }): Authorization {
  if (!/^[\x21-\x7e]+$/.test(token)) throw wrong("the token is empty or has characters that none has");
  return { header: async () => `Bearer ${token}`, renew: () => false };
}

/** @throws PlatformError `validation` */
export function apiAddress(text = "https://api.github.com"): string {
  const url = URL.parse(text);
  const fits = url && /^https?:$/.test(url.protocol) && !url.username && !url.search && !url.hash;
  if (!fits) throw wrong(`"${text.slice(0, 100)}" is no address of an API`);
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

function wrong(message: string): PlatformError {
  return new PlatformError({ kind: "validation", operation: "connect", message });
}
