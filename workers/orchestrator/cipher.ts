import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  hash,
  type KeyObject,
} from "node:crypto";
import { randomPool } from "./random-pool.ts";

/** Encryption at rest: AES-256-GCM, synchronous, so that it fits into a storage transaction. */
export interface Cipher {
  /** Name of the key that seals now; it stands in the row beside what it sealed. */
  readonly keyId: string;
  /** `context` is bound to the text: what was sealed for one place cannot be opened at another. */
  seal(plain: Uint8Array, context: string): Uint8Array<ArrayBuffer>;
  /** Throws when the key is unknown, or when text, key or context are not the ones that were sealed. */
  open(keyId: string, sealed: Uint8Array, context: string): Uint8Array<ArrayBuffer>;
}

const algorithm = "aes-256-gcm";
const keyBytes = 32;
/** GCM's own sizes: a random nonce per text, and the full tag. */
const nonceBytes = 12;
const tagBytes = 16;
const headBytes = nonceBytes + tagBytes;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const random = randomPool();

/** The ciphers of this process by their keys: every object and every request asks for the same one. */
const made = new Map<string, Cipher>();

/**
 * @param masterKeys base64 keys of 32 bytes, separated by commas; the first one seals, all of them open
 * (rotation).
 */
export function aesCipher(masterKeys: string): Cipher {
  const known = made.get(masterKeys) ?? makeCipher(masterKeys);
  made.set(masterKeys, known);
  return known;
}

function makeCipher(masterKeys: string): Cipher {
  const keys = new Map<string, KeyObject>();
  for (const text of masterKeys.split(",")) {
    const key = Buffer.from(text.trim(), "base64");
    if (key.length !== keyBytes)
      throw new Error(
        `TAMMA_MASTER_KEY must hold ${keyBytes} bytes in base64, not ${key.length}; ` +
          "make one with `openssl rand -base64 32`",
      );
    keys.set(createHash("sha256").update(key).digest("hex").slice(0, 8), createSecretKey(key));
  }
  const [newest] = keys.entries();
  if (!newest) throw new Error("TAMMA_MASTER_KEY is empty");
  const [keyId, newestKey] = newest;

  return {
    keyId,
    seal(plain, context) {
      const nonce = random(nonceBytes);
      const cipher = createCipheriv(algorithm, newestKey, nonce);
      cipher.setAAD(encoder.encode(context));
      const body = cipher.update(plain);
      // GCM has no blocks to fill: all has come already.
      cipher.final();
      const sealed = new Uint8Array(headBytes + body.byteLength);
      sealed.set(nonce);
      sealed.set(cipher.getAuthTag(), nonceBytes);
      sealed.set(body, headBytes);
      return sealed;
    },
    open(id, sealed, context) {
      const key = keys.get(id);
      if (!key)
        throw new Error(`this was sealed with key ${id}; add that key to TAMMA_MASTER_KEY to read it`);
      const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceBytes));
      decipher.setAAD(encoder.encode(context));
      decipher.setAuthTag(sealed.subarray(nonceBytes, headBytes));
      const plain = decipher.update(sealed.subarray(headBytes));
      // Throws unless the tag fits: nothing of the text is used before.
      decipher.final();
      return new Uint8Array(plain);
    },
  };
}

/** JSON in, sealed bytes out. */
export function sealJson(cipher: Cipher, value: unknown, context: string): Uint8Array<ArrayBuffer> {
  return cipher.seal(encoder.encode(JSON.stringify(value)), context);
}

/** What `sealJson` sealed. The caller knows its shape: nobody else could have sealed it. */
export function openJson<T>(
  cipher: Cipher,
  keyId: string,
  sealed: ArrayBuffer | Uint8Array,
  context: string,
): T {
  return JSON.parse(decoder.decode(cipher.open(keyId, new Uint8Array(sealed), context))) as T;
}

export function sha256Hex(text: string | Uint8Array): string {
  return hash("sha256", text, "hex");
}
