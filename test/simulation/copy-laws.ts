import type { Batch } from "@tamma/core/ports/store.ts";
import type { LogCopy } from "../../workers/orchestrator/log-copy.ts";
import { holdAside } from "./broken.ts";

/** Once it has all its answers an instance acts at once; this is ample. */
const actsWithinMs = 1_000;

/** What one instance of an object has heard from D1: it must not go on beside events that are there. */
export class CopyLaws {
  readonly #heard = new Map<string, number>();
  readonly #answers = new Map<string, number>();
  readonly #later: (work: () => void) => void;
  /** Questions on their way: one comparison asks several, and acts when it has the last answer. */
  #asked = 0;

  /** @param after does something when this time has passed, in milliseconds */
  constructor(after: (ms: number, work: () => void) => void) {
    this.#later = (work) => after(actsWithinMs, work);
  }

  /** The line to D1, with an ear on it. */
  listening(d1: LogCopy): LogCopy {
    return {
      ...d1,
      hashAt: (stream, seq) => this.#during(d1.hashAt(stream, seq)),
      heads: async (range) => {
        const heads = await this.#during(d1.heads(range));
        for (const { stream, seq } of heads) this.#answers.set(stream.id, seq);
        return heads;
      },
    };
  }

  async #during<T>(asked: Promise<T>): Promise<T> {
    this.#asked += 1;
    try {
      return await asked;
    } catch (thrown) {
      // A comparison that lacks an answer knows nothing.
      this.#answers.clear();
      throw thrown;
    } finally {
      this.#asked -= 1;
      this.#later(() => {
        if (this.#asked === 0) for (const [stream, seq] of this.#answers) this.#heard.set(stream, seq);
      });
    }
  }

  /** The log grew by this. */
  grew({ stream, envelopes }: Batch): void {
    const [first] = envelopes;
    const there = this.#heard.get(stream.id) ?? 0;
    const how = () => `${stream.id} put event ${first?.seq} beside the one that D1 has`;
    holdAside(!first || first.seq > there, "9 an older copy does not go on", how);
  }
}
