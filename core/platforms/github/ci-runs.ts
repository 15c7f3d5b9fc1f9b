import type { z } from "zod";
import type { CiRun, CiRuns } from "../../ports/ci-runs.ts";
import { PlatformError } from "../../ports/platform.ts";
import { hasWord } from "../_shared/has-word.ts";
import { answeredWith, numberOf, orNull, shaped } from "./answers.ts";
import { pageSize } from "./client.ts";
import { runOf, runStateOf } from "./convert.ts";
import type { GithubRepository } from "./repository.ts";
import * as shapes from "./shapes.ts";

type Run = z.infer<typeof shapes.workflowRun>;
type Dispatch = Parameters<CiRuns["dispatch"]>[0];
type Sought = Omit<Dispatch, "inputs">;

/** A run can be seen a few seconds after it was started. */
const lookPausesMs: readonly number[] = [0, 1_000, 3_000];
/** GitHub and Tamma have clocks of their own. */
const clockToleranceMs = 60_000;

/** GitHub Actions. Source: GitHub Docs, "REST API endpoints for GitHub Actions". */
export function githubRuns(repository: GithubRepository): CiRuns {
  const { client, at } = repository;
  return {
    dispatch: (request) => dispatch(repository, request),
    started: async ({ since, ...request }) => {
      const run = await correlated(repository, request, since - clockToleranceMs);
      return run && runOf(run);
    },
    run: async (id) => {
      const run = await readRun(repository, "run", id);
      return run && runOf(run);
    },
    async runsFor(head_sha) {
      const list = client.on("runsFor").actions.listWorkflowRunsForRepo;
      const pages = client.pages("runsFor")(list, { ...at, head_sha, per_page: pageSize });
      return (await client.all("runsFor", pages, shapes.workflowRun)).map(runOf);
    },
    async jobs(run) {
      const list = client.on("jobs").actions.listJobsForWorkflowRun;
      const asked = { ...at, run_id: numberOf("jobs", run), per_page: pageSize };
      const all = await client.all("jobs", client.pages("jobs")(list, asked), shapes.job);
      return all.map((job) => ({ id: job.id, name: job.name, state: runStateOf(job) }));
    },
    log: (job, bytesMax) => readLog(repository, job, bytesMax),
    async cancel(run) {
      try {
        await client.on("cancel").actions.cancelWorkflowRun({ ...at, run_id: numberOf("cancel", run) });
      } catch (error) {
        // 409: it is over already.
        if (!answeredWith(error, 409)) throw error;
      }
    },
    async rerunFailed(run) {
      const run_id = numberOf("rerunFailed", run);
      await client.on("rerunFailed").actions.reRunWorkflowFailedJobs({ ...at, run_id });
    },
  };
}

async function readRun({ client, at }: GithubRepository, operation: string, id: string): Promise<Run | null> {
  const run_id = numberOf(operation, id);
  const answer = await orNull(client.on(operation).actions.getWorkflowRun({ ...at, run_id }));
  return answer && shaped(operation, shapes.workflowRun, answer.data);
}

/**
 * `return_run_details` makes GitHub answer with the run's id. Older servers refuse it or answer without one:
 * then the run is the one whose title (`run-name` in the workflow) has the correlation.
 */
async function dispatch(repository: GithubRepository, request: Dispatch): Promise<CiRun | null> {
  const began = repository.now();
  const answer = await start(repository, request);
  const known = shapes.dispatched.safeParse(answer);
  for (const ms of lookPausesMs) {
    if (ms > 0) await repository.pause(ms);
    const run = known.success
      ? await readRun(repository, "dispatch", known.data.workflow_run_id)
      : await correlated(repository, request, began - clockToleranceMs);
    if (run) return runOf(run);
  }
  return null;
}

async function start({ client, at }: GithubRepository, request: Dispatch): Promise<unknown> {
  const { workflow: workflow_id, ref, inputs } = request;
  const { actions } = client.on("dispatch");
  const asked = { ...at, workflow_id, ref, inputs: { ...inputs } };
  try {
    return (await actions.createWorkflowDispatch({ ...asked, return_run_details: true })).data;
  } catch (error) {
    if (!answeredWith(error, 400, 422)?.body.includes("return_run_details")) throw error;
    return (await actions.createWorkflowDispatch(asked)).data;
  }
}

async function correlated(
  { client, at }: GithubRepository,
  { workflow: workflow_id, ref, correlation }: Sought,
  since: number,
): Promise<Run | null> {
  const list = client.on("dispatch").actions.listWorkflowRuns;
  const pages = client.pages("dispatch")(list, {
    ...{ ...at, workflow_id, event: "workflow_dispatch", branch: ref, per_page: pageSize },
    created: `>=${new Date(since).toISOString()}`,
  });
  const runs = await client.all("dispatch", pages, shapes.workflowRun);
  const found = runs.filter(
    ({ display_title, created_at }) => created_at >= since && hasWord(display_title ?? "", correlation),
  );
  return found[0] ?? null;
}

/** The log lies on another server, whose address is a secret of its own and is asked without our token. */
async function readLog(repository: GithubRepository, job: string, bytesMax: number): Promise<string | null> {
  const { client, at } = repository;
  const id = numberOf("log", job);
  const [owner, repo] = [at.owner, at.repo].map(encodeURIComponent);
  const path = `/repos/${owner}/${repo}/actions/jobs/${id}/logs`;
  const answer = await orNull(client.around("log", path));
  if (answer === null) return null;
  if (answer.location === null) {
    const bytes = new TextEncoder().encode(answer.body);
    return new TextDecoder().decode(bytes.subarray(Math.max(0, bytes.byteLength - bytesMax)));
  }
  const url = URL.parse(answer.location);
  if (!url || (url.protocol !== "https:" && url.protocol !== new URL(client.baseUrl).protocol)) {
    const message = "not what the platform documents: the log's address is none";
    throw new PlatformError({ kind: "transient", operation: "log", message });
  }
  return orNull(client.transport.tail("log", url, bytesMax));
}
