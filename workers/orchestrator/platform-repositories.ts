import { redacted } from "@tamma/core/engine/redact.ts";
import { PlatformError } from "@tamma/core/ports/platform.ts";
import type { PlatformRepositories, PlatformRepository } from "@tamma/core/ports/platform-repository.ts";
import { connectRepository } from "./compose.ts";
import { connectionAccess } from "./connection-access.ts";
import type { OrchestratorEnv } from "./env.ts";
import { hiddenPlatform, withoutSecrets } from "./hidden-platform.ts";
import { hideSecrets, redactionOf } from "./redaction.ts";

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
      const access = await connectionAccess(env, connection);
      if (!access) throw gone(connection);
      const key = `${connection} ${name}`;
      const kept = known.get(key);
      const now = Date.now();
      if (kept && kept.secretsAt === access.secretsAt && now - kept.at < lookedAtMsMax) return kept.hosted;
      const hide = redactionOf(env).text;
      const hosted = withoutSecrets(hide, async () =>
        hiddenPlatform(await connectRepository(access, name, fresh), hide, (secret) => {
          // What was made for one job has a shape that is hidden anyway.
          if (!hide(secret).includes(redacted)) hideSecrets(connection, [secret]);
        }),
      );
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
