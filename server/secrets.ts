import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** 256 bits: what AES-256 takes for a key, and more than anyone can guess for a token. */
const secretBytes = 32;
const ownerOnlyFolder = 0o700;
const ownerOnlyFile = 0o600;

export interface Secrets {
  /** The local bearer token; whoever can read `state/token` is the local user. */
  token: string;
  /** Base64 of the key that encrypts bodies at rest; losing it loses them. */
  masterKey: string;
}

/**
 * Makes the state folder for its owner alone and gives back its real path, which names it to other processes.
 */
export function ensureStateFolder(path: string): string {
  try {
    makeFolder(path);
    // mkdir leaves the mode of a folder that was there, and takes the umask off a new one.
    chmodSync(path, ownerOnlyFolder);
    return realpathSync(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`the state folder ${path} cannot be made or used: ${why}; name another one with --state`);
  }
}

/** Node's own recursive mkdir never returns where a parent takes no folders, such as /proc (24.21, seen). */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  mkdirSync(path, { mode: ownerOnlyFolder });
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
