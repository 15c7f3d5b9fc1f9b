import type { CiRun, CiRuns } from "../../ports/ci-runs.ts";
import { PlatformError } from "../../ports/platform.ts";
import type { ApiRequest } from "../_shared/api.ts";
import { hasWord } from "../_shared/has-word.ts";
import { unsupported } from "../_shared/unsupported.ts";
import { type Connection, get } from "./connection.ts";
import { jobOf, runOf } from "./convert.ts";
import * as shapes from "./shapes.ts";

/** So often a run that was started is looked for, after pauses that grow. */
const lookPausesMs: readonly number[] = [500, 1_000, 2_000];
/** Runs of one commit, and among which a new one is looked for. */
const runsMax = 200;

type Dispatch = Parameters<CiRuns["dispatch"]>[0];

export function giteaCiRuns(connection: Connection): CiRuns {
  const { api, at, all, can } = connection;
  const needsRuns = (operation: string) => {
    if (!can.runs) throw unsupported(operation, "dispatch", "Gitea 1.25 and later show runs; statuses tell.");
  };
  const runNow = async (id: string) => {
    const run = await api.find(get("run", at`/actions/runs/${id}`), shapes.run);
    return run === null ? null : runOf(run);
  };
  return {
    dispatch: async (request) => {
      if (!can.dispatch) throw unsupported("dispatch", "dispatch", "A person starts the workflow.");
      if (!can.runDetails) return correlated(connection, request);
      const wire = { ...dispatchRequest(connection, request), query: { return_run_details: true } };
      const { workflow_run_id: id } = await api.ask(wire, shapes.runDetails);
      return runNow(id);
    },
    started: async ({ workflow, ref, correlation }) => {
      if (!can.runs) return null;
      const all = await dispatched(connection, workflow);
      // A correlation names one start for ever: its time, which Gitea tells late, does not matter.
      const run = all.find(
        ({ display_title: title, head_branch: branch }) => branch === ref && hasWord(title, correlation),
      );
      return run ? runOf(run) : null;
    },
    run: async (id) => {
      needsRuns("run");
      return runNow(id);
    },
    runsFor: async (sha) => {
      needsRuns("runsFor");
      const request = { operation: "runsFor", path: at`/actions/runs`, query: { head_sha: sha } };
      return (await all(request, shapes.runs, runsMax)).map(runOf);
    },
    jobs: async (run) => {
      needsRuns("jobs");
      const jobs = await all({ operation: "jobs", path: at`/actions/runs/${run}/jobs` }, shapes.jobs);
      return jobs.map(jobOf);
    },
    log: async (job, bytesMax) => {
      if (!can.runs) throw unsupported("log", "logs", "People read it in the web interface.");
      try {
        return await connection.textEnd("log", at`/actions/jobs/${job}/logs`, bytesMax);
      } catch (error) {
        if (error instanceof PlatformError && error.kind === "not-found") return null;
        throw error;
      }
    },
    cancel: async (run) => {
      if (!can.cancelRun)
        throw unsupported("cancel", "cancelRun", "A person cancels it in the web interface.");
      await unlessOver(api.tell(changeOf("cancel", at`/actions/runs/${run}/cancel`)));
    },
    rerunFailed: async (run) => {
      if (!can.rerunFailed) throw unsupported("rerunFailed", "rerunFailed", "A push starts all of it again.");
      await api.tell(changeOf("rerunFailed", at`/actions/runs/${run}/rerun-failed-jobs`));
    },
  };
}

function changeOf(operation: string, path: ApiRequest["path"]): ApiRequest {
  return { operation, method: "POST", path };
}

function dispatchRequest({ at }: Connection, { workflow, ref, inputs }: Dispatch): ApiRequest {
  const path = at`/actions/workflows/${workflow}/dispatches`;
  return { operation: "dispatch", method: "POST", path, body: { ref, inputs } };
}

/** Runs of this workflow that were started by hand or by us, the newest first. */
async function dispatched({ all, at }: Connection, workflow: string) {
  const request = { operation: "dispatch", path: at`/actions/runs`, query: { event: "workflow_dispatch" } };
  const runs = await all(request, shapes.runs, runsMax);
  return runs.filter(({ path }) => path.startsWith(`${workflow}@`));
}

/** A run that is over stays as it is: Gitea says 409 then. */
async function unlessOver(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== "conflict") throw error;
  }
}

/**
 * Gitea 1.25 answers a start without a word. The run is the one of this workflow that was not there before;
 * of several, the one whose title names the correlation. Null when that leaves it open.
 */
async function correlated(connection: Connection, request: Dispatch): Promise<CiRun | null> {
  const { api, pause } = connection;
  const list = () => dispatched(connection, request.workflow);
  const before = new Set((await list()).map(({ id }) => id));
  await api.tell(dispatchRequest(connection, request));
  for (const ms of lookPausesMs) {
    const fresh = (await list()).filter(({ id }) => !before.has(id));
    const named = fresh.find(({ display_title: title }) => hasWord(title, request.correlation));
    const found = named ?? (fresh.length === 1 ? fresh[0] : undefined);
    if (found) return runOf(found);
    await pause(ms);
  }
  return null;
}
