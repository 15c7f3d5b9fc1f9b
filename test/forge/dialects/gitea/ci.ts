import { addStatus, combined, statusesOf } from "../../model/checks.ts";
import { resolveCommit } from "../../model/git.ts";
import { found, Refusal } from "../../model/refusal.ts";
import * as model from "../../model/runs.ts";
import type { Job, Run, StatusState, Workflow } from "../../model/types.ts";
import { idOf, iso, maybeText, object, text } from "../../reading.ts";
import type { Answer, Call, Route } from "../../state.ts";
import { countedAnswer, listAnswer, repo, route } from "./routes.ts";
import { jobView, runPage, runView, statusView } from "./view-ci.ts";
import { htmlUrl, orNull, repositoryUrl, repositoryView } from "./view-repository.ts";

/** Gitea's statuses and Actions. There are no check runs, and a run cannot be cancelled by this version. */

const area = "repository";
const missing = "The target couldn't be found.";
const states: readonly string[] = ["pending", "success", "error", "failure", "warning", "skipped"];

const shaOf = async (call: Call, name: string): Promise<string> =>
  found(await resolveCommit(call.repository().dir, name), missing);

async function report(call: Call): Promise<Answer> {
  const sha = await shaOf(call, call.params.sha ?? "");
  const state = text(call.body, "state");
  if (!states.includes(state)) throw new Refusal("validation", "unknown state");
  const status = addStatus(call.state.model, call.repository(), call.actor(), {
    ...{ sha, state: state as StatusState, context: maybeText(call.body, "context") || "default" },
    description: maybeText(call.body, "description") ?? "",
    url: maybeText(call.body, "target_url") ?? null,
  });
  return { status: 201, body: statusView(call.state, call.repository(), status) };
}

async function together(call: Call): Promise<Answer> {
  const sha = await shaOf(call, call.params.ref ?? "");
  const repository = call.repository();
  const statuses = statusesOf(repository, sha);
  const url = `${repositoryUrl(call.state, repository)}/commits/${sha}`;
  const body = {
    ...{ state: combined(statuses), sha, total_count: statuses.length },
    statuses: orNull(statuses.map((one) => statusView(call.state, repository, one))),
    ...{ repository: repositoryView(call.state, repository), commit_url: url, url: `${url}/status` },
  };
  return { status: 200, body };
}

async function workflows(call: Call): Promise<Workflow[]> {
  const { refs, defaultBranch } = call.repository();
  const rev = found(refs.get(defaultBranch), missing);
  const folders = [".gitea/workflows", ".github/workflows"];
  return model.workflowsAt(call.state.model, call.repository(), { rev, folders });
}

async function dispatch(call: Call): Promise<Answer> {
  const wanted = call.params.workflow_id;
  const workflow = found(
    (await workflows(call)).find(({ file }) => file === wanted),
    missing,
  );
  const branch = text(call.body, "ref").replace(/^refs\/heads\//, "");
  const entries = Object.entries(object(call.body.inputs ?? {}, "inputs"));
  const inputs = Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
  const order = { workflow, branch, inputs };
  const run = await model.dispatchRun(call.state.model, call.repository(), call.actor(), order);
  for (const told of call.state.whenDispatched) told(run);
  if (call.query.get("return_run_details") !== "true") return { status: 204 };
  const url = `${repositoryUrl(call.state, call.repository())}/actions/runs/${run.id}`;
  const body = { workflow_run_id: run.id, run_url: url, html_url: runPage(call.state, run) };
  return { status: 200, body };
}

function runOf(call: Call): Run {
  const id = idOf(call, "run");
  return found(
    call.repository().runs.find((run) => run.id === id),
    missing,
  );
}

function jobOf(call: Call): Job {
  const id = idOf(call, "job_id");
  return found(
    call
      .repository()
      .runs.flatMap(({ jobs }) => jobs)
      .find((job) => job.id === id),
    missing,
  );
}

function matching(call: Call): Run[] {
  const is = (name: string, value: string | null) => {
    const wanted = call.query.get(name);
    return wanted === null || wanted === value;
  };
  return call
    .repository()
    .runs.filter((run) => is("head_sha", run.sha) && is("branch", run.branch) && is("event", run.event))
    .filter((run) => is("status", run.status) || is("status", run.conclusion))
    .reverse();
}

const again =
  (which: "failed" | "all") =>
  (call: Call): Run => {
    const run = runOf(call);
    if (run.status !== "completed") throw new Refusal("validation", "this workflow run is not done");
    model.rerun(call.state.model, run, which);
    return run;
  };

export const ciOfGitea: Route[] = [
  route(`POST ${repo}/statuses/{sha}`, "write", area, report),
  route(`GET ${repo}/statuses/{sha}`, "read", area, async (call) => {
    const sha = await shaOf(call, call.params.sha ?? "");
    const all = call
      .repository()
      .statuses.filter((status) => status.sha === sha)
      .reverse();
    return listAnswer(call, all, (one) => statusView(call.state, call.repository(), one));
  }),
  route(`GET ${repo}/commits/{ref}/status`, "read", area, together),
  route(`GET ${repo}/actions/workflows`, "read", area, async (call) => {
    const at = iso(call.repository().createdAt);
    return countedAnswer(call, "workflows", await workflows(call), ({ file, path }) => ({
      ...{ id: file, name: file, path, state: "active", created_at: at, updated_at: at, deleted_at: at },
      url: `${repositoryUrl(call.state, call.repository())}/actions/workflows/${file}`,
      ...{ html_url: `${htmlUrl(call.state, call.repository())}/src/${path}`, badge_url: "" },
    }));
  }),
  route(`POST ${repo}/actions/workflows/{workflow_id}/dispatches`, "write", area, dispatch),
  route(`GET ${repo}/actions/runs`, "read", area, (call) =>
    countedAnswer(call, "workflow_runs", matching(call), (run) => runView(call.state, run)),
  ),
  route(`GET ${repo}/actions/runs/{run}`, "read", area, (call) => ({
    ...{ status: 200, body: runView(call.state, runOf(call)) },
  })),
  route(`GET ${repo}/actions/runs/{run}/jobs`, "read", area, (call) =>
    countedAnswer(call, "jobs", runOf(call).jobs, (job) => jobView(call.state, job)),
  ),
  route(`GET ${repo}/actions/runs/{run}/artifacts`, "read", area, (call) => {
    runOf(call);
    return { status: 200, body: { total_count: 0, artifacts: [] } };
  }),
  route(`POST ${repo}/actions/runs/{run}/cancel`, "write", area, () => {
    throw new Refusal("not-found", missing);
  }),
  route(`POST ${repo}/actions/runs/{run}/rerun`, "write", area, (call) => ({
    ...{ status: 201, body: runView(call.state, again("all")(call)) },
  })),
  route(`POST ${repo}/actions/runs/{run}/rerun-failed-jobs`, "write", area, (call) => {
    again("failed")(call);
    return { status: 201 };
  }),
  route(`GET ${repo}/actions/jobs/{job_id}`, "read", area, (call) => ({
    ...{ status: 200, body: jobView(call.state, jobOf(call)) },
  })),
  route(`GET ${repo}/actions/jobs/{job_id}/logs`, "read", area, (call) => ({
    ...{ status: 200, body: found(jobOf(call).log, missing) },
  })),
];
