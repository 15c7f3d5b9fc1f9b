import type { BlobRef } from "@tamma/core/domain/loop/evidence.ts";
import { type Cipher, sha256Hex } from "./cipher.ts";

/**
 * Bodies (prompts, answers, diffs, logs) in R2, sealed, under `<stream>/<SHA-256 of the plaintext>`. A body
 * is put before the event that names it is appended. R2's own errors pass through: they are transient.
 */
export interface BlobStore {
  /** Stores a body once; the same one again is left as it is. */
  put(stream: string, body: Uint8Array, mediaType: string): Promise<BlobRef>;
  /** The body, or null when it was never stored for this stream. */
  find(stream: string, sha256: string): Promise<Uint8Array<ArrayBuffer> | null>;
  has(stream: string, sha256: string): Promise<boolean>;
}

export function r2BlobStore(bucket: R2Bucket, cipher: Cipher): BlobStore {
  const keyOf = (stream: string, sha256: string) => `${stream}/${sha256}`;
  const has = async (stream: string, sha256: string) => (await bucket.head(keyOf(stream, sha256))) !== null;
  return {
    has,
    put: async (stream, body, mediaType) => {
      const sha256 = sha256Hex(body);
      const key = keyOf(stream, sha256);
      if (!(await has(stream, sha256)))
        await bucket.put(key, cipher.seal(body, key), { customMetadata: { keyId: cipher.keyId, mediaType } });
      return { sha256, size: body.byteLength, mediaType };
    },
    find: async (stream, sha256) => {
      const key = keyOf(stream, sha256);
      const object = await bucket.get(key);
      if (!object) return null;
      const sealed = new Uint8Array(await object.arrayBuffer());
      return cipher.open(object.customMetadata?.keyId ?? "", sealed, key);
    },
  };
}
