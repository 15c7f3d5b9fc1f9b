import type { Instant } from "../domain/ids.ts";
import type { PlatformAccess, PlatformRepository } from "../ports/platform-repository.ts";
import { giteaRepository } from "./gitea/index.ts";
import { githubRepository } from "./github/index.ts";

export interface ConnectHost {
  fetch: typeof globalThis.fetch;
  now: () => Instant;
  pause: (ms: number) => Promise<void>;
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
  const { credential } = access;
  if (access.platform === "github") {
    return githubRepository({
      ...host,
      baseUrl: githubApiUrl(access.baseUrl),
      repository,
      access: credential,
    });
  }
  const token = credential.kind === "token" ? credential.token : "";
  return giteaRepository({ ...host, url: access.baseUrl, repository, token });
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
