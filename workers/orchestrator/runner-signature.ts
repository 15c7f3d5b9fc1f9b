import { createPublicKey, type KeyObject, verify } from "node:crypto";
import type { KeyProof } from "@tamma/core/protocol/runner.ts";

/** What a runner signs to get a token; the line breaks keep the parts apart. */
export function tokenText({ runner, at, nonce }: Pick<KeyProof, "runner" | "at" | "nonce">): string {
  return `tamma-runner-token\n${runner}\n${at}\n${nonce}`;
}

/** An Ed25519 public key from its SPKI PEM; null when it is anything else. */
export function ed25519Key(pem: string): KeyObject | null {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === "ed25519" ? key : null;
  } catch {
    return null;
  }
}

/** Is the signature (base64) made with the key's private half over exactly this request? */
export function signatureFits(pem: string, request: KeyProof): boolean {
  const key = ed25519Key(pem);
  if (!key) return false;
  return verify(null, Buffer.from(tokenText(request), "utf8"), key, Buffer.from(request.signature, "base64"));
}
