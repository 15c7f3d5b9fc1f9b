import type { Identity } from "./client/identity.ts";

/**
 * Names of variables that hold something to hide. Paths and numbers under such names are too short or
 * harmless.
 */
const secretName = /(TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|PRIVATE_KEY|ACCESS_KEY|CREDENTIAL)/i;

/** What this process knows and nobody else may see: its key, and the secrets of its environment. */
export function ownSecrets(env: NodeJS.ProcessEnv, identity: Pick<Identity, "privateKey">): string[] {
  const named = Object.entries(env).flatMap(([name, value]) =>
    secretName.test(name) && value ? [value] : [],
  );
  const body = identity.privateKey.split("\n").filter((line) => line !== "" && !line.startsWith("-----"));
  return [...named, identity.privateKey.trim(), ...body];
}
