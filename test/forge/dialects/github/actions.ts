import { randomUUID } from "node:crypto";
import { commitFacts } from "../../model/history.ts";
import { found, Refusal } from "../../model/refusal.ts";
import * as model from "../../model/runs.ts";
import type { Job, Run, Workflow } from "../../model/types.ts";
import { idOf, maybeFlag, object, text } from "../../reading.ts";
import type { Answer, Call, Route } from "../../state.ts";
import { countedAnswer, repo, route } from "./routes.ts";
import { jobView, runPage, runView } from "./view-ci.ts";
import { repositoryUrl } from "./view-repository.ts";

/** GitHub Actions: workflows are files of the default branch; runs go on as the test says. */

const area = "actions";
/** How long the address of a log works; GitHub's own figure is one minute. */
const ticketMs = 60_000;

const inDefaultBranch = (call: Call): Promise<Workflow[]> => {
  const { refs, defaultBranch } = call.repository();
  const rev = found(refs.get(defaultBranch));
  return model.workflowsAt(call.state.model, call.repository(), { rev, folders: [".github/workflows"] });
};

/** By its number, or the name of its file. */
async function workflowOf(call: Call): Promise<Workflow> {
  const wanted = call.params.workflow_id ?? "";
  const all = await inDefaultBranch(call);
  return found(all.find(({ id, file }) => file === wanted || String(id) === wanted));
}

/** GitHub takes at most 25 inputs. */
const inputsMax = 25;

async function dispatch(call: Call): Promise<Answer> {
  const workflow = await workflowOf(call);
  const branch = text(call.body, "ref").replace(/^refs\/heads\//, "");
  const entries = Object.entries(object(call.body.inputs ?? {}, "inputs"));
  if (entries.length > inputsMax) throw new Refusal("validation", "Too many inputs.", "inputs");
  const inputs = Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
  const order = { workflow, branch, inputs };
  const run = await model.dispatchRun(call.state.model, call.repository(), call.actor(), order);
  for (const told of call.state.whenDispatched) told(run);
  if (maybeFlag(call.body, "return_run_details") !== true) return { status: 204 };
  const url = `${repositoryUrl(call.state, call.repository())}/actions/runs/${run.id}`;
  const body = { workflow_run_id: run.id, run_url: url, html_url: runPage(call.state, run) };
  return { status: 200, body };
}

function runOf(call: Call): Run {
  const id = idOf(call, "run_id");
  return found(call.repository().runs.find((run) => run.id === id));
}

function jobOf(call: Call): Job {
  const id = idOf(call, "job_id");
  return found(
    call
      .repository()
      .runs.flatMap(({ jobs }) => jobs)
      .find((job) => job.id === id),
  );
}

const view = async (call: Call, run: Run) =>
  runView(call.state, run, await commitFacts(call.repository().dir, run.sha));

function matching(call: Call): Run[] {
  const { query } = call;
  const is = (name: string, value: string | null) => {
    const wanted = query.get(name);
    return wanted === null || wanted === value;
  };
  return call
    .repository()
    .runs.filter((run) => is("head_sha", run.sha) && is("branch", run.branch) && is("event", run.event))
    .filter((run) => is("status", run.status) || is("status", run.conclusion))
    .reverse();
}

/** The log itself lies elsewhere, at an address that needs no token and does not work for long. */
function log(call: Call): Answer {
  const text = found(jobOf(call).log);
  const name = randomUUID();
  call.state.tickets.set(name, { text, until: call.state.model.now() + ticketMs });
  return { status: 302, headers: { location: `${call.state.origin}/download/${name}` } };
}

export const actionsOfGithub: Route[] = [
  route(`GET ${repo}/actions/workflows`, "read", area, async (call) =>
    countedAnswer(call, "workflows", await inDefaultBranch(call), ({ id, path, file }) => ({
      ...{ id, node_id: `W_${id}`, name: file, path, state: "active" },
    })),
  ),
  route(`POST ${repo}/actions/workflows/{workflow_id}/dispatches`, "write", area, dispatch),
  route(`GET ${repo}/actions/runs`, "read", area, (call) =>
    countedAnswer(call, "workflow_runs", matching(call), (run) => view(call, run)),
  ),
  route(`GET ${repo}/actions/workflows/{workflow_id}/runs`, "read", area, async (call) => {
    const workflow = await workflowOf(call);
    const runs = matching(call).filter((run) => run.workflow === workflow);
    return countedAnswer(call, "workflow_runs", runs, (run) => view(call, run));
  }),
  route(`GET ${repo}/actions/runs/{run_id}`, "read", area, async (call) => ({
    ...{ status: 200, body: await view(call, runOf(call)) },
  })),
  route(`GET ${repo}/actions/runs/{run_id}/jobs`, "read", area, (call) =>
    countedAnswer(call, "jobs", runOf(call).jobs, (job) => jobView(call.state, job)),
  ),
  route(`GET ${repo}/actions/jobs/{job_id}`, "read", area, (call) => ({
    ...{ status: 200, body: jobView(call.state, jobOf(call)) },
  })),
  route(`GET ${repo}/actions/jobs/{job_id}/logs`, "read", area, log),
  route(`POST ${repo}/actions/runs/{run_id}/cancel`, "write", area, (call) => {
    model.cancelRun(call.state.model, runOf(call));
    return { status: 202, body: {} };
  }),
  route(`POST ${repo}/actions/runs/{run_id}/rerun-failed-jobs`, "write", area, (call) => {
    model.rerun(call.state.model, runOf(call), "failed");
    return { status: 201, body: {} };
  }),
  route(`POST ${repo}/actions/runs/{run_id}/rerun`, "write", area, (call) => {
    model.rerun(call.state.model, runOf(call), "all");
    return { status: 201, body: {} };
  }),
];
