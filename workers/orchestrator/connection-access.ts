import { secretsOf } from "./connection-rows.ts";
import type { ConnectionAccess } from "./connections.ts";
import type { OrchestratorEnv } from "./env.ts";
import { accountHub } from "./objects.ts";
import { hideSecrets } from "./redaction.ts";

/**
 * All that is needed to speak with the platform; null: no such connection. Whoever gets it here hides its
 * secrets from now on: objects may live in processes of their own.
 */
export async function connectionAccess(env: OrchestratorEnv, id: string): Promise<ConnectionAccess | null> {
  const access = await accountHub(env).connectionAccess(id);
  if (access) hideSecrets(id, secretsOf(access.credential, access.webhookSecrets));
  return access;
}
