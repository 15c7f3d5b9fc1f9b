import type { PlatformAccount } from "../../ports/platform-repository.ts";
import { path, platformApi } from "../_shared/api.ts";
import { type GiteaOptions, get } from "./connection.ts";
import { giteaRights } from "./rights.ts";
import * as shapes from "./shapes.ts";
import { featuresOf } from "./version.ts";

/**
 * Whose the token is, and which Gitea this is.
 *
 * @throws PlatformError `unsupported` for a version that is too old, and as every call does
 */
export async function giteaAccount(options: Omit<GiteaOptions, "repository">): Promise<PlatformAccount> {
  const baseUrl = `${options.url.replace(/\/+$/, "")}/api/v1`;
  const headers = async () => ({ authorization: `token ${options.token}` });
  const api = platformApi({ ...options, baseUrl, headers });
  const { version } = await api.ask(get("version", path`/version`), shapes.version);
  featuresOf(version);
  const { login } = await api.ask(get("account", path`/user`), shapes.user);
  return { login, version, rights: giteaRights };
}
