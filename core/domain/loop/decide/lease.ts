import { CommandRefused } from "../../errors.ts";
import { leasesLostMax } from "../../policy/limits.ts";
import type { CommandOf } from "../commands.ts";
import type { JobKind } from "../events/control.ts";
import type { GateName } from "../pipeline.ts";
import type { Job } from "../state.ts";
import type { Batch } from "./batch.ts";
import { failGate } from "./fail-gate.ts";

/** The gate that pays when a job of this kind fails as a whole. */
export function gateOfJob(job: Job): GateName {
  const gates: Record<JobKind, GateName> = {
    survey: "plan",
    open: "push",
    develop: "implement",
    verify: job.purpose === "ci" ? "ci" : "build",
    publish: "push",
    rebase: "merge",
    merge: "merge",
  };
  return gates[job.kind];
}

/** The job that holds this fence, or a refusal: a late runner changes nothing. */
export function leasedJob(b: Batch, id: string, fence: number): Job {
  const loop = b.loop;
  const job = loop.state === "active" && loop.doing.kind === "job" ? loop.doing.job : null;
  if (job && job.id === id && job.fence === fence && job.runner !== null) return job;
  throw new CommandRefused({
    kind: "conflict",
    code: "fence-old",
    message: `job ${id} is not held with fence ${fence} any more`,
    todo: "stop the job; its work is not wanted",
  });
}

export function leaseJob(b: Batch, { job: id, runner }: CommandOf<"LeaseJob">): void {
  const loop = b.loop;
  const job = loop.state === "active" && loop.doing.kind === "job" ? loop.doing.job : null;
  if (job?.id !== id || job.runner !== null || job.notBefore > b.context.at)
    throw new CommandRefused({
      kind: "conflict",
      code: "job-not-open",
      message: `job ${id} is not open`,
      todo: "ask for another job",
    });
  b.add({ type: "LeaseGranted", job: id, fence: b.facts.fences + 1, runner });
}

/** No heartbeat came in time: the same attempt is given out again, until it was lost too often. */
export function expireLease(b: Batch, { job: id, fence }: CommandOf<"ExpireLease">): void {
  const job = leasedJob(b, id, fence);
  b.add({ type: "LeaseLost", job: id, fence, returned: false });
  const lost = job.leasesLost + 1;
  if (lost < leasesLostMax) return;
  b.add({ type: "JobDropped", job: id, reason: "its runner was lost too often" });
  const perhaps = job.kind === "merge" ? ": it may be merged already, and a retry finds out" : "";
  const summary = `the runner was lost ${lost} times during ${job.kind}${perhaps}`;
  failGate(b, gateOfJob(job), { summary, fingerprint: `runner-lost:${job.kind}`, excerpt: "", log: null });
}
