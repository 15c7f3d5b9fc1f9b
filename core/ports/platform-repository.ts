import type { Capabilities } from "../domain/platform/capabilities.ts";
import type { AccessRight } from "../domain/platform/setup-facts.ts";
import type { Credential } from "../protocol/connections.ts";
import type { CiRuns } from "./ci-runs.ts";
import type { GitAccess, GitRight } from "./git-access.ts";
import type { Platform } from "./platform.ts";
import type { PlatformReading } from "./platform-reading.ts";
import type { PlatformSetup } from "./platform-setup.ts";

/** One repository on a platform, with everything that Tamma asks of it. */
export interface PlatformRepository extends Platform {
  readonly capabilities: Capabilities;
  readonly reading: PlatformReading;
  readonly runs: CiRuns;
  readonly setup: PlatformSetup;
  /**
   * For a runner's git: short-lived and for this right alone where the platform has such a thing, else the
   * connection's own token.
   */
  gitAccess(right: GitRight): Promise<GitAccess>;
}

/** How a platform is reached, and what lets Tamma in. */
export interface PlatformAccess {
  readonly platform: "github" | "gitea";
  /** Where people reach it, without a slash at the end. */
  readonly baseUrl: string;
  readonly credential: Credential;
}

/** Whose a connection's credential is, and what it may do at all. */
export interface PlatformAccount {
  readonly login: string;
  /** As the server words it; null where it has none. */
  readonly version: string | null;
  readonly rights: readonly AccessRight[];
}

/** Repositories on their platforms. */
export interface PlatformRepositories {
  /** @throws PlatformError `auth` for a connection that is gone, and as the adapters do */
  at(repository: { connection: string; name: string }): Promise<PlatformRepository>;
}
