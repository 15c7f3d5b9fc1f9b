import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

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

/**
 * @param masterKeys base64 keys of 32 bytes, separated by commas; the first one seals, all of them open
 * (rotation).
 */
export function aesCipher(masterKeys: string): Cipher {
  const keys = new Map<string, Buffer>();
  for (const text of masterKeys.split(",")) {
    const key = Buffer.from(text.trim(), "base64");
    if (key.length !== keyBytes)
      throw new Error(
        `TAMMA_MASTER_KEY must hold ${keyBytes} bytes in base64, not ${key.length}; ` +
          "make one with `openssl rand -base64 32`",
      );
    keys.set(createHash("sha256").update(key).digest("hex").slice(0, 8), key);
  }
  const [newest] = keys.entries();
  if (!newest) throw new Error("TAMMA_MASTER_KEY is empty");
  const [keyId, newestKey] = newest;

  return {
    keyId,
    seal(plain, context) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, newestKey, nonce);
      cipher.setAAD(Buffer.from(context, "utf8"));
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return new Uint8Array(Buffer.concat([nonce, cipher.getAuthTag(), body]));
    },
    open(id, sealed, context) {
      const key = keys.get(id);
      if (!key)
        throw new Error(`this was sealed with key ${id}; add that key to TAMMA_MASTER_KEY to read it`);
      const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceBytes));
      decipher.setAAD(Buffer.from(context, "utf8"));
      decipher.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
      return new Uint8Array(
        Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]),
      );
    },
  };
}

/** JSON in, sealed bytes out. */
export function sealJson(cipher: Cipher, value: unknown, context: string): Uint8Array<ArrayBuffer> {
  return cipher.seal(Buffer.from(JSON.stringify(value), "utf8"), context);
}

/** What `sealJson` sealed. The caller knows its shape: nobody else could have sealed it. */
export function openJson<T>(
  cipher: Cipher,
  keyId: string,
  sealed: ArrayBuffer | Uint8Array,
  context: string,
): T {
  const plain = cipher.open(keyId, new Uint8Array(sealed), context);
  return JSON.parse(Buffer.from(plain).toString("utf8")) as T;
}

export function sha256Hex(text: string | Uint8Array): string {
  return createHash("sha256")
    .update(typeof text === "string" ? Buffer.from(text, "utf8") : text)
    .digest("hex");
}
