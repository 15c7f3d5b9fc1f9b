import { randomBytes } from "node:crypto";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** 256 bits: what AES-256 takes for a key, and more than anyone can guess for a token. */
const secretBytes = 32;
const ownerOnlyFile = 0o600;

export interface Secrets {
  /** The local bearer token; whoever can read `state/token` is the local user. */
  token: string;
  /** Base64 of the key that encrypts bodies at rest; losing it loses them. */
  masterKey: string;
}

/** Reads token and master key of a state folder, making them on the first start. */
export function ensureSecrets(state: string): Secrets {
  return {
    token: ensureSecret(
      join(state, "token"),
      () => `tamma_local_${randomBytes(secretBytes).toString("base64url")}`,
    ),
    masterKey: ensureSecret(join(state, "master.key"), () => randomBytes(secretBytes).toString("base64")),
  };
}

function ensureSecret(file: string, make: () => string): string {
  try {
    // `wx` fails when the file is there, so a secret is never overwritten.
    writeFileSync(file, `${make()}\n`, { flag: "wx", mode: ownerOnlyFile });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  chmodSync(file, ownerOnlyFile);
  const secret = readFileSync(file, "utf8").trim();
  if (secret === "")
    throw new Error(`${file} is empty; restore it from a backup, or delete it to make a new one`);
  return secret;
}
