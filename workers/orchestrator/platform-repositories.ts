import { PlatformError } from "@tamma/core/ports/platform.ts";
import type { PlatformRepositories, PlatformRepository } from "@tamma/core/ports/platform-repository.ts";
import { connectRepository } from "./compose.ts";
import type { OrchestratorEnv } from "./env.ts";
import { accountHub } from "./objects.ts";

/** What a repository allows is looked at again after this: people change settings. */
const lookedAtMsMax = 10 * 60_000;

/**
 * Kept by one object, because what it asked for is its own to use.
 *
 * @param fresh for somebody who sets things up: he sees them as they are now
 */
export function platformRepositories(env: OrchestratorEnv, fresh = false): PlatformRepositories {
  const known = new Map<string, { hosted: Promise<PlatformRepository>; secretsAt: number; at: number }>();
  return {
    at: async ({ connection, name }) => {
      const access = await accountHub(env).connectionAccess(connection);
      if (!access) throw gone(connection);
      const key = `${connection} ${name}`;
      const kept = known.get(key);
      const now = Date.now();
      if (kept && kept.secretsAt === access.secretsAt && now - kept.at < lookedAtMsMax) return kept.hosted;
      const hosted = connectRepository(access, name, fresh);
      known.set(key, { hosted, secretsAt: access.secretsAt, at: now });
      hosted.catch(() => known.delete(key));
      return hosted;
    },
  };
}

function gone(connection: string): PlatformError {
  const message = `connection ${connection} is gone; add it again with \`tamma connections add\``;
  return new PlatformError({ kind: "auth", operation: "connect", message });
}
