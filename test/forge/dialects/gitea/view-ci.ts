import type { Hook, Job, Protection, Repository, Run, Status } from "../../model/types.ts";
import { iso, maybeIso } from "../../reading.ts";
import type { State } from "../../state.ts";
import * as view from "./view-repository.ts";

/** How Gitea writes statuses, runs, hooks and protections. */

export function statusView(state: State, repository: Repository, status: Status) {
  return {
    ...{ id: status.id, status: status.state, target_url: status.url ?? "", context: status.context },
    description: status.description,
    url: `${view.repositoryUrl(state, repository)}/statuses/${status.sha}`,
    ...{ creator: view.userView(state, status.creator), created_at: iso(status.at) },
    updated_at: iso(status.at),
  };
}

export const runPage = (state: State, run: Run): string =>
  `${view.htmlUrl(state, run.repository)}/actions/runs/${run.number}`;

export function runView(state: State, run: Run) {
  const repository = view.repositoryView(state, run.repository);
  return {
    ...{ id: run.id, url: `${view.repositoryUrl(state, run.repository)}/actions/runs/${run.id}` },
    ...{ html_url: runPage(state, run), display_title: run.title, event: run.event },
    ...{ path: `${run.workflow.file}@refs/heads/${run.branch}`, run_attempt: run.attempt },
    ...{ run_number: run.number, head_sha: run.sha, head_branch: run.branch, status: run.status },
    ...{ conclusion: run.conclusion ?? "", actor: view.userView(state, run.actor), pull_requests: null },
    ...{ trigger_actor: view.userView(state, run.actor), repository, head_repository: repository },
    started_at: run.startedAt === null ? "1970-01-01T00:00:00Z" : iso(run.startedAt),
    completed_at: run.status === "completed" ? iso(run.updatedAt) : "1970-01-01T00:00:00Z",
  };
}

export function jobView(state: State, job: Job) {
  const { run } = job;
  const base = `${view.repositoryUrl(state, run.repository)}/actions`;
  return {
    ...{
      id: job.id,
      url: `${base}/jobs/${job.id}`,
      html_url: `${runPage(state, run)}/jobs/0`,
      run_id: run.id,
    },
    ...{ run_url: `${base}/runs/${run.id}`, name: job.name, labels: ["ubuntu-latest"] },
    ...{ run_attempt: run.attempt, head_sha: run.sha, head_branch: run.branch, status: job.status },
    ...{ conclusion: job.conclusion ?? "", runner_id: 1, runner_name: "runner", steps: null },
    created_at: iso(run.createdAt),
    ...{ started_at: maybeIso(job.startedAt), completed_at: maybeIso(job.completedAt) },
  };
}

/** The secret is never shown. */
export function hookView(hook: Hook) {
  return {
    ...{ id: hook.id, type: "gitea", name: "", branch_filter: "", active: hook.active },
    ...{ config: { content_type: "json", url: hook.url }, events: hook.events, authorization_header: "" },
    ...{ updated_at: iso(hook.updatedAt), created_at: iso(hook.createdAt) },
  };
}

export function protectionView(state: State, protection: Protection) {
  const at = iso(state.model.now());
  return {
    ...{ branch_name: protection.branch, rule_name: protection.branch, priority: 1, enable_push: false },
    ...{ enable_status_check: protection.checks.length > 0, status_check_contexts: protection.checks },
    ...{ required_approvals: protection.approvals, block_on_outdated_branch: protection.strict },
    ...{ block_on_rejected_reviews: protection.approvals > 0, enable_approvals_whitelist: false },
    ...{ push_whitelist_usernames: null, merge_whitelist_usernames: null, created_at: at, updated_at: at },
  };
}
