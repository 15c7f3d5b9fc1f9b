import type { Instant } from "../domain/ids.ts";
import type { PlatformAccess, PlatformAccount, PlatformRepository } from "../ports/platform-repository.ts";
import type { Standing } from "./_shared/standing.ts";
import { giteaAccount } from "./gitea/account.ts";
import { giteaRepository } from "./gitea/index.ts";
import { githubAccount } from "./github/account.ts";
import { githubRepository } from "./github/index.ts";

export interface ConnectHost {
  fetch: typeof globalThis.fetch;
  now: () => Instant;
  pause: (ms: number) => Promise<void>;
  /** Absent: everything is asked for anew. */
  standing?: Standing;
}

/**
 * The repository `owner/name` on its platform, after a look at what can be done there.
 *
 * @throws PlatformError as the adapters do
 */
export function connect(
  access: PlatformAccess,
  repository: string,
  host: ConnectHost,
): Promise<PlatformRepository> {
  if (access.platform === "github") return githubRepository({ ...githubOptions(access, host), repository });
  return giteaRepository({ ...giteaOptions(access, host), repository });
}

/**
 * Whose the credential is, without a look at any repository.
 *
 * @throws PlatformError as the adapters do
 */
export function connectAccount(access: PlatformAccess, host: ConnectHost): Promise<PlatformAccount> {
  if (access.platform === "github") return githubAccount(githubOptions(access, host));
  return giteaAccount(giteaOptions(access, host));
}

function githubOptions({ baseUrl, credential }: PlatformAccess, host: ConnectHost) {
  return { ...host, baseUrl: githubApiUrl(baseUrl), access: credential };
}

function giteaOptions({ baseUrl, credential }: PlatformAccess, host: ConnectHost) {
  return { ...host, url: baseUrl, token: credential.kind === "token" ? credential.token : "" };
}

/**
 * Where GitHub's API is for whoever reaches it at `baseUrl`: a host of its own at github.com and ghe.com, a
 * path of an Enterprise Server (GitHub Docs, "Getting started with the REST API").
 */
export function githubApiUrl(baseUrl: string): string {
  const { protocol, host } = new URL(baseUrl);
  if (host === "github.com" || host.endsWith(".ghe.com")) return `${protocol}//api.${host}`;
  return `${baseUrl}/api/v3`;
}
