import { type JobKind, receivedMax, runnerProtocol } from "@tamma/core/protocol/runner.ts";
import type { Lease, RunnerClient } from "./client.ts";
import type { Instance } from "./instance.ts";

export interface AskOptions {
  client: Pick<RunnerClient, "lease">;
  /** Which process of the runner this is, and which earlier ones are gone. */
  instance: Pick<Instance, "id" | "gone" | "told">;
  /** Kinds of jobs that this process does; absent for all. */
  kinds?: JobKind[];
  labels: string[];
  tools: Record<string, string>;
  /** Aborted when no new job may be begun. */
  ending: AbortSignal;
}

/** The next job (of `loop`, when it is named), or null when none was offered within `waitMs`. */
export type AskJob = (loop: string | null, waitMs: number) => Promise<Lease | null>;

/** One for all places of a process: it knows which leases have reached it. */
export function jobAsker({ client, instance, kinds, labels, tools, ending }: AskOptions): AskJob {
  const received: string[] = [];
  return async (loop, waitMs) => {
    const gone = instance.gone();
    const who = { instance: instance.id, received, gone };
    const lease = await client.lease(
      { protocol: runnerProtocol, labels, tools, waitMs, loop, ...who, ...(kinds ? { kinds } : {}) },
      ending,
    );
    instance.told(gone);
    if (lease === null) return null;
    const name = `${lease.job}:${lease.fence}`;
    // Two places asked at once, and the server could not know that its answer to the other was on the way.
    if (received.includes(name)) return null;
    received.push(name);
    if (received.length > receivedMax) received.shift();
    return lease;
  };
}
