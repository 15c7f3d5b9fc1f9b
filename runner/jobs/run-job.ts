import type { JobResult, JobSpec } from "@tamma/core/domain/loop/jobs.ts";
import type { JobContext } from "../job-context.ts";
import { developJob } from "./develop.ts";
import { mergeJob } from "./merge.ts";
import { openJob } from "./open.ts";
import { publishJob } from "./publish.ts";
import { rebaseJob } from "./rebase.ts";
import { surveyJob } from "./survey.ts";
import { verifyJob } from "./verify.ts";

/** Does one job. It may throw: whoever holds the lease makes a `failed` of it. */
export async function runJob(spec: JobSpec, context: JobContext): Promise<JobResult> {
  switch (spec.kind) {
    case "survey":
      return { kind: "survey", result: await surveyJob(spec, context) };
    case "open":
      return { kind: "open", result: await openJob(spec, context) };
    case "develop":
      return { kind: "develop", result: await developJob(spec, context) };
    case "verify":
      return { kind: "verify", result: await verifyJob(spec, context) };
    case "publish":
      return { kind: "publish", result: await publishJob(spec, context) };
    case "rebase":
      return { kind: "rebase", result: await rebaseJob(spec, context) };
    case "merge":
      return { kind: "merge", result: await mergeJob(spec, context) };
    default:
      return spec satisfies never;
  }
}
