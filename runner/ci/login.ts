import type { Lease } from "../client.ts";

/** As whom GitHub, Gitea and Forgejo take a token of a run. */
const loginName = "x-access-token";

/**
 * The lease with a login for its repository, where it is the one that this run belongs to and the workflow
 * gave a token for it (TAMMA_GIT_TOKEN). No other address gets to see that token. Git is told it by its
 * environment, and commands of the project never.
 */
export function loggedIn(lease: Lease, env: NodeJS.ProcessEnv): Lease {
  const { TAMMA_GIT_TOKEN: token, GITHUB_SERVER_URL: server = "", GITHUB_REPOSITORY: name = "" } = env;
  const url = URL.parse(lease.repository.url);
  if (!token || !url || url.username !== "" || !isSame(url, server, name)) return lease;
  url.username = loginName;
  url.password = encodeURIComponent(token);
  return { ...lease, repository: { ...lease.repository, url: url.href } };
}

function isSame(url: URL, server: string, name: string): boolean {
  const own = URL.parse(`${server.replace(/\/+$/, "")}/${name}`);
  if (own === null || name === "" || !/^https?:$/.test(url.protocol)) return false;
  const path = (one: URL) => one.pathname.replace(/\.git$/, "").toLowerCase();
  return url.origin === own.origin && path(url) === path(own);
}
