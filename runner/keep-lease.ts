import { CallRefused, FenceLost } from "./client/refusals.ts";
import { pauseMs, wait } from "./client/retry.ts";
import type { Lease, RunnerClient } from "./client.ts";

/** A shown step moves soon after its work; not with every line of a verify job. */
const progressSoonMs = 200;

export interface Kept {
  /** Aborted when the lease is lost: nothing of this job may be sent any more. */
  voided: AbortSignal;
  /** What the job is at; goes out with a heartbeat right away. */
  progress(part: string): void;
  /** Resolves when the server says that the job is ours; throws the reason when it is not. */
  confirm(): Promise<void>;
  end(): void;
}

/**
 * Sends heartbeats while a job runs. Told to stop, it aborts `stop`; when the fence is old, or nobody has
 * heard of us for as long as the lease lasts, the job is void as well.
 */
export function keepLease(lease: Lease, client: RunnerClient, stop: AbortController): Kept {
  const lost = new AbortController();
  let part: string | null = null;
  let heardAt = performance.now();
  let timer: NodeJS.Timeout | null = null;
  let beating = false;
  let over = false;

  const voidIt = (why: string) => {
    lost.abort(new Error(why));
    stop.abort(new Error(why));
  };
  const beat = async () => {
    beating = true;
    try {
      const answer = await client.heartbeat(lease.job, { fence: lease.fence, part }, lease.heartbeatMs);
      heardAt = performance.now();
      if (!answer.continue && !stop.signal.aborted)
        stop.abort(new Error(answer.reason ?? "the server said stop"));
    } catch (error) {
      if (over) return;
      if (error instanceof FenceLost || error instanceof CallRefused) voidIt(error.message);
      else if (performance.now() - heardAt > lease.leaseMs)
        voidIt(`no heartbeat reached the server for ${lease.leaseMs / 1000} s: the lease is over`);
    } finally {
      beating = false;
    }
    if (!over && !lost.signal.aborted) plan(lease.heartbeatMs);
  };
  const plan = (ms: number) => {
    if (timer) clearTimeout(timer);
    timer = setTimeout(() => void beat(), ms);
  };
  plan(lease.heartbeatMs);
  return {
    voided: lost.signal,
    progress(now) {
      if (now === part) return;
      part = now;
      // A beat on its way carries the old part, and plans the next one itself.
      if (!over && !beating && !lost.signal.aborted) plan(Math.min(progressSoonMs, lease.heartbeatMs));
    },
    async confirm() {
      // The time limit is the lease's own: whoever cannot ask until then has lost it.
      for (let tries = 1; ; tries++) {
        if (stop.signal.aborted) throw stop.signal.reason;
        const askedAt = performance.now();
        await beat();
        if (stop.signal.aborted) throw stop.signal.reason;
        if (heardAt >= askedAt) return;
        await wait(pauseMs(tries), stop.signal);
      }
    },
    end() {
      over = true;
      if (timer) clearTimeout(timer);
    },
  };
}
