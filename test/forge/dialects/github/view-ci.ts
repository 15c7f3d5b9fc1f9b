import type { CommitFacts } from "../../model/history.ts";
import type { CheckRun, Hook, Job, Repository, Run, Status } from "../../model/types.ts";
import { iso, maybeIso } from "../../reading.ts";
import type { State } from "../../state.ts";
import * as view from "./view-repository.ts";

/** How GitHub writes verdicts, runs and hooks. */

export function statusView(state: State, repository: Repository, status: Status) {
  return {
    url: `${view.repositoryUrl(state, repository)}/statuses/${status.sha}`,
    ...{ avatar_url: null, id: status.id, node_id: view.nodeId("SC", status.id), state: status.state },
    ...{ description: status.description || null, target_url: status.url, context: status.context },
    ...{ created_at: iso(status.at), updated_at: iso(status.at) },
    creator: view.userView(state, status.creator),
  };
}

/** The same without its creator, as the combined status lists it. */
export function simpleStatus(state: State, repository: Repository, status: Status) {
  const { creator: _, ...rest } = statusView(state, repository, status);
  return rest;
}

export function checkView(state: State, repository: Repository, check: CheckRun) {
  const url = `${view.repositoryUrl(state, repository)}/check-runs/${check.id}`;
  return {
    ...{ id: check.id, head_sha: check.sha, node_id: view.nodeId("CR", check.id), url, name: check.name },
    ...{ external_id: check.externalId, html_url: `${view.htmlUrl(state, repository)}/runs/${check.id}` },
    ...{ details_url: check.url, status: check.status, conclusion: check.conclusion },
    ...{ started_at: iso(check.startedAt), completed_at: maybeIso(check.completedAt) },
    output: {
      ...{ title: check.title, summary: check.summary, text: null, annotations_count: 0 },
      annotations_url: `${url}/annotations`,
    },
    ...{ check_suite: { id: check.id }, pull_requests: [] },
    app: view.appView(state, state.apps[0] ?? null),
  };
}

export function runView(state: State, run: Run, head: CommitFacts) {
  const base = view.repositoryUrl(state, run.repository);
  const url = `${base}/actions/runs/${run.id}`;
  const repository = view.minimalRepository(state, run.repository);
  return {
    ...{ id: run.id, node_id: view.nodeId("WFR", run.id), name: run.workflow.file, path: run.workflow.path },
    ...{ head_branch: run.branch, head_sha: run.sha, run_number: run.number, run_attempt: run.attempt },
    ...{ event: run.event, status: run.status, conclusion: run.conclusion, workflow_id: run.workflow.id },
    ...{ url, html_url: runPage(state, run), pull_requests: [], check_suite_id: run.id },
    ...{ created_at: iso(run.createdAt), updated_at: iso(run.updatedAt) },
    run_started_at: iso(run.startedAt ?? run.createdAt),
    ...{
      jobs_url: `${url}/jobs`,
      logs_url: `${url}/logs`,
      check_suite_url: `${base}/check-suites/${run.id}`,
    },
    ...{ artifacts_url: `${url}/artifacts`, cancel_url: `${url}/cancel`, rerun_url: `${url}/rerun` },
    workflow_url: `${base}/actions/workflows/${run.workflow.id}`,
    actor: view.userView(state, run.actor),
    triggering_actor: view.userView(state, run.actor),
    ...{ head_commit: view.simpleCommit(head), repository, head_repository: repository },
    display_title: run.title,
  };
}

export const runPage = (state: State, run: Run): string =>
  `${view.htmlUrl(state, run.repository)}/actions/runs/${run.id}`;

export function jobView(state: State, job: Job) {
  const { run } = job;
  const base = view.repositoryUrl(state, run.repository);
  return {
    ...{ id: job.id, run_id: run.id, run_url: `${base}/actions/runs/${run.id}`, run_attempt: run.attempt },
    ...{ node_id: view.nodeId("J", job.id), head_sha: run.sha, url: `${base}/actions/jobs/${job.id}` },
    ...{ html_url: `${runPage(state, run)}/job/${job.id}`, status: job.status, conclusion: job.conclusion },
    ...{ created_at: iso(run.createdAt), started_at: iso(job.startedAt ?? run.createdAt) },
    ...{ completed_at: maybeIso(job.completedAt), name: job.name, steps: [] },
    ...{ check_run_url: `${base}/check-runs/${job.id}`, labels: ["ubuntu-latest"], runner_id: 1 },
    ...{ runner_name: "runner", runner_group_id: 1, runner_group_name: "Default" },
    ...{ workflow_name: run.workflow.file, head_branch: run.branch },
  };
}

export function hookView(state: State, repository: Repository, hook: Hook) {
  const url = `${view.repositoryUrl(state, repository)}/hooks/${hook.id}`;
  const last = hook.deliveries.at(-1);
  return {
    ...{ type: "Repository", id: hook.id, name: "web", active: hook.active, events: hook.events, url },
    config: {
      ...{ url: hook.url, content_type: "json", insecure_ssl: "0" },
      ...(hook.secret === "" ? {} : { secret: "********" }),
    },
    ...{ updated_at: iso(hook.updatedAt), created_at: iso(hook.createdAt), test_url: `${url}/test` },
    ...{ ping_url: `${url}/pings`, deliveries_url: `${url}/deliveries` },
    last_response: {
      code: last?.statusCode ?? null,
      status: last ? (last.statusCode === 200 ? "active" : "unknown") : "unused",
      message: last?.status ?? null,
    },
  };
}

export function deliveryView(delivery: Hook["deliveries"][number]) {
  return {
    ...{ id: delivery.id, guid: delivery.guid, delivered_at: new Date(delivery.at).toISOString() },
    ...{ redelivery: delivery.redelivery, duration: delivery.durationMs / 1000, status: delivery.status },
    ...{ status_code: delivery.statusCode ?? 0, event: delivery.event, action: delivery.action },
    ...{ installation_id: null, repository_id: delivery.repository, throttled_at: null },
  };
}
