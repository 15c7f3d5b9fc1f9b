import { jobSpec } from "@tamma/core/domain/loop/job-spec.ts";
import { heartbeatMs, leaseMs } from "@tamma/core/domain/policy/limits.ts";
import type * as runnerWire from "@tamma/core/protocol/runner.ts";
import type { Answer } from "../rpc.ts";
import { type Lease, type LeaseRows, sameHolder } from "./lease-rows.ts";
import { logError } from "./log.ts";
import type { LoopCore } from "./loop-core.ts";
import type { JobGrant, LeaseWish } from "./objects.ts";
import { answered, ok, refuse } from "./refusal.ts";

/** The loop's side of leases: who holds its job, and under which fence. */
export interface LoopLeases {
  lease(loop: string, job: string, wish: LeaseWish): Answer<JobGrant>;
  heartbeat(
    job: string,
    runner: string,
    request: runnerWire.HeartbeatRequest,
  ): Answer<runnerWire.HeartbeatResponse>;
  /** Is the job held by this runner (with this fence, when one is given)? */
  holds(job: string, runner: string, fence: number | null): Answer<null>;
  /** Ends the leases of processes of `runner` that are known to be gone; null: of all of them. */
  loseOf(runner: string, gone: readonly string[] | null): void;
  /** Ends the leases whose time is up. */
  loseExpired(now: number): void;
  /** When the next lease ends that may end now; null when there is none. */
  nextExpiry(): number | null;
}

export interface LeaseHost {
  now(): number;
  /** An id that nobody has used. */
  draw(): string;
  /** May the loop's log not grow now? It takes no command then. */
  held(loop: string): boolean;
}

export function loopLeases(core: LoopCore, rows: LeaseRows, host: LeaseHost): LoopLeases {
  const { now, held } = host;
  function lease(loop: string, job: string, wish: LeaseWish): Answer<JobGrant> {
    const { runner, instance, received } = wish;
    const known = rows.find(job);
    // Its answer was lost on the way: the very same lease once more, which costs the attempt nothing.
    const unheard = known && sameHolder(known, wish) && !received.includes(`${job}:${known.fence}`);
    if (known && !unheard) return ok({ state: "held", by: known, fence: known.fence });
    if (isOfOtherKind(core, loop, job, wish)) return ok({ state: "other-kind" });
    return answered(() =>
      core.together(() => {
        if (known) rows.beat(job, known.fence, runner, known.part, now());
        else {
          const command = { type: "LeaseJob", job, runner } as const;
          core.handle(loop, command, `lease:${job}:${host.draw()}`, { kind: "runner", id: runner });
        }
        const granted = leaseOf(core, loop, job);
        if (!known) rows.grant({ job, loop, fence: granted.fence, runner, instance }, now());
        return { state: "granted", lease: granted };
      }),
    );
  }

  /** A fault leaves everything as it was for the next alarm; the others must not wait for it. */
  function lose({ loop, job, fence }: Lease): void {
    // It is looked at again when the loop goes on.
    if (held(loop)) return;
    try {
      core.together(() => {
        core.tell(loop, { type: "ExpireLease", job, fence }, `expire:${job}:${fence}`);
        // Whatever the loop said: this lease is over.
        rows.keepOnly(loop, null);
      });
    } catch (thrown) {
      logError("lease", thrown, { loop });
    }
  }

  return {
    lease,
    heartbeat: (job, runner, { fence, part }) => {
      const beaten = rows.beat(job, fence, runner, part, now());
      const reason = beaten ? null : "the job was given to another runner or is not wanted any more";
      return ok({ continue: beaten, reason });
    },
    holds: (job, runner, fence) => {
      const lease = rows.find(job);
      if (lease?.runner === runner && (fence === null || lease.fence === fence)) return ok(null);
      return refuse(
        409,
        "fence-old",
        `job ${job} is not held by ${runner} any more`,
        "stop the job; its work is not wanted",
      );
    },
    loseOf: (runner, gone) => {
      for (const lease of rows.ofRunner(runner))
        if (gone === null || (lease.instance !== null && gone.includes(lease.instance))) lose(lease);
    },
    loseExpired: (at) => {
      for (const lease of rows.expired(at)) lose(lease);
    },
    nextExpiry: () => {
      const next = rows.nextExpiry();
      // To wake for a loop that takes no command would be for nothing, again and again.
      return next !== null && rows.expired(next).some(({ loop }) => !held(loop)) ? next : null;
    },
  };
}

/** A job that is not open any more is of no kind: whoever leases it learns why it cannot. */
function isOfOtherKind(core: LoopCore, loop: string, job: string, { kinds }: LeaseWish): boolean {
  const { state } = core.state(loop);
  if (!kinds || state.state !== "active" || state.doing.kind !== "job") return false;
  return state.doing.job.id === job && !kinds.includes(state.doing.job.kind);
}

/** The leased job as its runner sees it. */
function leaseOf(core: LoopCore, loop: string, job: string): runnerWire.LeaseResponse {
  const { state } = core.state(loop);
  if (state.state !== "active" || state.doing.kind !== "job" || state.doing.job.id !== job)
    throw new Error(`${job} was leased and is gone`);
  const { facts, doing } = state;
  const { number, title } = facts.issue;
  return {
    ...{ job, fence: doing.job.fence, loop, issue: { number, title }, repository: facts.repository },
    ...{ spec: jobSpec(facts, doing.job), leaseMs, heartbeatMs, git: null },
  };
}
