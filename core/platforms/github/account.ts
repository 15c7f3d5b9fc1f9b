import { z } from "zod";
import type { PlatformAccount } from "../../ports/platform-repository.ts";
import { transport } from "../_shared/transport.ts";
import { shaped } from "./answers.ts";
import { appAuthorization } from "./app.ts";
import { githubClient } from "./client.ts";
import { apiAddress, type GithubOptions, tokenAuthorization } from "./index.ts";
import { permissionRights, scopeRights } from "./rights.ts";
import * as shapes from "./shapes.ts";

const appNow = z.object({ slug: z.string().min(1), permissions: z.record(z.string(), z.string()) });

/**
 * Whose the token is, or which App this is, and what it may do as far as GitHub tells: an App's permissions,
 * a classic token's scopes, of a fine-grained token nothing.
 *
 * @throws PlatformError
 */
export async function githubAccount(options: Omit<GithubOptions, "repository">): Promise<PlatformAccount> {
  const { access, now } = options;
  const baseUrl = apiAddress(options.baseUrl);
  const authorization = "appId" in access ? appAuthorization({ ...access, now }) : tokenAuthorization(access);
  const client = githubClient(baseUrl, transport(options), authorization).on("account");
  if ("appId" in access) {
    const { data, headers } = await client.apps.getAuthenticated();
    const { slug, permissions } = shaped("account", appNow, data);
    return { login: `${slug}[bot]`, version: versionIn(headers), rights: permissionRights(permissions) };
  }
  const { data, headers } = await client.users.getAuthenticated();
  const { login } = shaped("account", shapes.account, data);
  const scopes = headers["x-oauth-scopes"];
  const rights = scopes === undefined ? permissionRights(null) : scopeRights(String(scopes));
  return { login, version: versionIn(headers), rights };
}

function versionIn(headers: object): string | null {
  const version = (headers as Readonly<Record<string, unknown>>)["x-github-enterprise-version"];
  return typeof version === "string" ? version : null;
}
