import type { BlobStore } from "../../workers/orchestrator/blob-store.ts";
import { sha256Hex } from "../../workers/orchestrator/cipher.ts";
import type { Kernel, Life } from "./kernel.ts";

const callMs = 4;

/** All bodies, in memory. They survive every crash, as R2 does. */
export class Bodies {
  readonly #bodies = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  portFor(life: Life): BlobStore {
    const bodies = this.#bodies;
    const hop = () => this.#kernel.sleep(callMs, life);
    return {
      has: async (stream, sha256) => {
        await hop();
        return bodies.has(`${stream}/${sha256}`);
      },
      find: async (stream, sha256) => {
        await hop();
        return bodies.get(`${stream}/${sha256}`) ?? null;
      },
      put: async (stream, body, mediaType) => {
        await hop();
        const sha256 = sha256Hex(body);
        bodies.set(`${stream}/${sha256}`, new Uint8Array(body));
        return { sha256, size: body.byteLength, mediaType };
      },
    };
  }
}
