import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";

/** An enrolled runner: its key signs for it, nothing secret is sent. */
export interface Identity {
  runner: string;
  server: string;
  /** PKCS8 in PEM; never leaves this process. */
  privateKey: string;
}

/** The key file is missing, readable by others, or not enrolled; the message says what to run. */
export class IdentityError extends Error {
  override readonly name = "IdentityError";
}

const Enrolment = z.object({ runner: z.string().min(1), server: z.url() });
const enrolmentOf = (keyFile: string) => `${keyFile}.json`;

/** @throws IdentityError */
export function readIdentity(keyFile: string): Identity {
  if (!existsSync(keyFile) || !existsSync(enrolmentOf(keyFile)))
    throw new IdentityError(
      `${keyFile} is no enrolled key. Run \`tamma-runner enroll --key ${keyFile} ...\` first.`,
    );
  const enrolment = Enrolment.safeParse(JSON.parse(readFileSync(enrolmentOf(keyFile), "utf8")));
  if (!enrolment.success)
    throw new IdentityError(`${enrolmentOf(keyFile)} is damaged: enrol this runner again.`);
  return { ...enrolment.data, privateKey: readKey(keyFile) };
}

function readKey(keyFile: string): string {
  if ((statSync(keyFile).mode & 0o077) !== 0)
    throw new IdentityError(
      `${keyFile} can be read by others. Run \`chmod 600 ${keyFile}\`, or enrol with a new key.`,
    );
  return readFileSync(keyFile, "utf8");
}

/** The private key in `keyFile`, made when there is none, and its public half (SPKI in PEM). */
export function ensureKey(keyFile: string): { privateKey: string; publicKey: string } {
  if (!existsSync(keyFile)) {
    mkdirSync(dirname(keyFile), { recursive: true, mode: 0o700 });
    const pair = generateKeyPairSync("ed25519");
    // `wx`: of two that enrol at once, one fails instead of losing its key.
    const pem = pair.privateKey.export({ type: "pkcs8", format: "pem" });
    writeFileSync(keyFile, pem, { mode: 0o600, flag: "wx" });
  }
  const privateKey = readKey(keyFile);
  const publicKey = createPublicKey(createPrivateKey(privateKey)).export({ type: "spki", format: "pem" });
  return { privateKey, publicKey: publicKey.toString() };
}

/** Stores beside the key who the server says we are. */
export function writeEnrolment(keyFile: string, enrolment: z.infer<typeof Enrolment>): void {
  const file = enrolmentOf(keyFile);
  writeFileSync(file, `${JSON.stringify(Enrolment.parse(enrolment), null, 2)}\n`, { mode: 0o600 });
  // An older file keeps its mode when it is written again.
  chmodSync(file, 0o600);
}

/** The signature that `POST /runner/v1/token` asks for (core/protocol/runner.ts), in base64. */
export function tokenSignature(identity: Identity, at: number, nonce: string): string {
  const text = `tamma-runner-token\n${identity.runner}\n${at}\n${nonce}`;
  return sign(null, Buffer.from(text, "utf8"), createPrivateKey(identity.privateKey)).toString("base64");
}
