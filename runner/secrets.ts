import type { Identity } from "./client/identity.ts";
import { localPathOf } from "./workspace/address.ts";
import { secretsOfAddress } from "./workspace/remote.ts";
import { attemptGit, textOf } from "./workspace/run-git.ts";

/**
 * Names of variables that hold something to hide. Paths and numbers under such names are too short or
 * harmless.
 */
const secretName = /(TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|PRIVATE_KEY|ACCESS_KEY|CREDENTIAL)/i;

/** Settings of git that hold a secret themselves; `credential.helper` names a program. */
const secretKey = /(token|password|secret|apikey|api-key)$/i;

/** What this process knows and nobody else may see: its key, and the secrets of its environment. */
export function ownSecrets(
  env: NodeJS.ProcessEnv,
  identity: Pick<Identity, "privateKey"> | null = null,
): string[] {
  const named = Object.entries(env).flatMap(([name, value]) =>
    secretName.test(name) && value ? [value] : [],
  );
  if (identity === null) return named;
  const body = identity.privateKey.split("\n").filter((line) => line !== "" && !line.startsWith("-----"));
  return [...named, identity.privateKey.trim(), ...body];
}

/**
 * Secrets that a repository brings along: the login in its address, and for a repository on this machine the
 * logins and headers in its own config, which commands of the project may be able to read.
 */
export async function secretsOfRepository(url: string): Promise<string[]> {
  const found = secretsOfAddress(url);
  const path = localPathOf(url);
  if (path === null) return found;
  const list = ["-C", path, "config", "--list", "--null", "--includes"];
  const listed = await attemptGit(list).catch(() => null);
  if (listed?.exitCode !== 0) return found;
  for (const entry of textOf(listed.stdout).split("\0")) {
    const [key = "", ...value] = entry.split("\n");
    const words = value.join("\n");
    found.push(...secretsOfAddress(words), ...secretsOfAddress(key.replace(/^url\./i, "")));
    // `http.<address>.extraheader = Authorization: Basic ...`, as continuous integration leaves it behind.
    if (/\.extraheader$/i.test(key)) found.push(words.split(/\s+/).at(-1) ?? "");
    else if (secretKey.test(key)) found.push(words);
  }
  return found.filter((secret) => secret !== "");
}
