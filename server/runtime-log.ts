import { NoOpLog } from "miniflare";
import type { Log } from "./log.ts";

/** miniflare's own words for a runtime that ended and did not come back. */
const lost = /failed to restart/;

/** What miniflare itself has to say goes to our log; only warnings and errors are worth it. */
export class RuntimeLog extends NoOpLog {
  readonly #log: Log;
  readonly #lost: (why: string) => void;

  constructor(log: Log, runtimeLost: (why: string) => void) {
    super();
    this.#log = log;
    this.#lost = runtimeLost;
  }

  override warn(message: string): void {
    this.#log("warn", message, { from: "miniflare" });
  }

  override error(error: Error): void {
    const cause = error.cause instanceof Error ? { cause: error.cause.message } : {};
    this.#log("error", error.message, { from: "miniflare", ...cause });
    if (lost.test(error.message)) this.#lost(error.message);
  }
}
