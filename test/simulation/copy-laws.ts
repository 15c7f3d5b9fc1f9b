import type { Batch } from "@tamma/core/ports/store.ts";
import type { LogCopy } from "../../workers/orchestrator/log-copy.ts";
import { holdAside } from "./broken.ts";

/** It asks for one more thing before it acts, and a line takes a hundredth of that. */
const actsWithinMs = 1_000;

/** What one instance of an object has heard from D1: it must not go on beside events that are there. */
export class CopyLaws {
  readonly #heard = new Map<string, number>();
  readonly #later: (work: () => void) => void;

  /** @param after does something when this time has passed, in milliseconds */
  constructor(after: (ms: number, work: () => void) => void) {
    this.#later = (work) => after(actsWithinMs, work);
  }

  /** The line to D1, with an ear on it. */
  listening(d1: LogCopy): LogCopy {
    return {
      ...d1,
      heads: async (range) => {
        const heads = await d1.heads(range);
        this.#later(() => {
          for (const { stream, seq } of heads) this.#heard.set(stream.id, seq);
        });
        return heads;
      },
    };
  }

  /** The log grew by this. */
  grew({ stream, envelopes }: Batch): void {
    const [first] = envelopes;
    const there = this.#heard.get(stream.id) ?? 0;
    const how = () => `${stream.id} put event ${first?.seq} beside the one that D1 has`;
    holdAside(!first || first.seq > there, "9 an older copy does not go on", how);
  }
}
