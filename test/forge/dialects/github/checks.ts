import * as model from "../../model/checks.ts";
import { resolveCommit } from "../../model/git.ts";
import { commitFacts } from "../../model/history.ts";
import { found, Refusal } from "../../model/refusal.ts";
import type { CheckRun, Conclusion, StatusState } from "../../model/types.ts";
import { idOf, iso, maybeText, object, text } from "../../reading.ts";
import type { Answer, Call, Route } from "../../state.ts";
import { countedAnswer, repo, route } from "./routes.ts";
import { checkView, simpleStatus, statusView } from "./view-ci.ts";
import { appView, minimalRepository, repositoryUrl, simpleCommit } from "./view-repository.ts";

/** GitHub's commit statuses, check runs and check suites. */

async function shaOf(call: Call): Promise<string> {
  const name = call.params.ref ?? "";
  const sha = await resolveCommit(call.repository().dir, name);
  if (sha === null) throw new Refusal("validation", `No commit found for SHA: ${name}`);
  return sha;
}

const states: readonly string[] = ["pending", "success", "failure", "error"];

async function report(call: Call): Promise<Answer> {
  const sha = await resolveCommit(call.repository().dir, call.params.sha ?? "");
  if (sha === null) throw new Refusal("validation", `No commit found for SHA: ${call.params.sha}`);
  const state = text(call.body, "state");
  if (!states.includes(state)) throw new Refusal("validation", "State is not included in the list", "state");
  const description = maybeText(call.body, "description") ?? "";
  // GitHub's own limit.
  if (description.length > 140) {
    throw new Refusal("validation", "description is too long (maximum is 140 characters)", "description");
  }
  const status = model.addStatus(call.state.model, call.repository(), call.actor(), {
    ...{ sha, state: state as StatusState, context: maybeText(call.body, "context") ?? "default" },
    ...{ description, url: maybeText(call.body, "target_url") ?? null },
  });
  return { status: 201, body: statusView(call.state, call.repository(), status) };
}

/** A personal token may not write check runs. */
function asApp(call: Call): void {
  if (call.token?.permissions) return;
  throw new Refusal("forbidden", "You must authenticate via a GitHub App.");
}

function changeOf(call: Call): model.CheckChange {
  const { body } = call;
  const output = body.output === undefined ? {} : object(body.output, "output");
  const status = maybeText(body, "status") as CheckRun["status"] | undefined;
  const conclusion = maybeText(body, "conclusion") as Conclusion | undefined;
  if (status === "completed" && conclusion === undefined) {
    throw new Refusal("validation", "conclusion is needed when it is completed.", "conclusion");
  }
  return {
    ...(status === undefined ? {} : { status }),
    ...(conclusion === undefined ? {} : { conclusion }),
    url: maybeText(body, "details_url") ?? null,
    ...{ title: maybeText(output, "title") ?? null, summary: maybeText(output, "summary") ?? null },
    ...(body.external_id === undefined ? {} : { externalId: text(body, "external_id") }),
  };
}

/** The newest of each name, unless all are asked for. */
async function listed(call: Call): Promise<CheckRun[]> {
  const sha = await shaOf(call);
  const name = call.query.get("check_name");
  const status = call.query.get("status");
  const all = call.repository().checkRuns.filter((check) => check.sha === sha);
  const newest = [...new Map(all.map((check) => [check.name, check])).values()];
  return (call.query.get("filter") === "all" ? all : newest)
    .filter((check) => name === null || check.name === name)
    .filter((check) => status === null || check.status === status)
    .reverse();
}

async function suites(call: Call): Promise<Answer> {
  const sha = await shaOf(call);
  const checks = call.repository().checkRuns.filter((check) => check.sha === sha);
  const [first] = checks;
  const url = `${repositoryUrl(call.state, call.repository())}/check-suites/${first?.id}`;
  const over = checks.every(({ status }) => status === "completed");
  const good = checks.every(({ conclusion }) => conclusion === "success");
  const suite = {
    ...{ id: first?.id, node_id: `CS_${first?.id}`, head_branch: null, head_sha: sha, url },
    ...{
      status: over ? "completed" : "in_progress",
      conclusion: over ? (good ? "success" : "failure") : null,
    },
    ...{ before: null, after: sha, pull_requests: [], app: appView(call.state, call.state.apps[0] ?? null) },
    repository: minimalRepository(call.state, call.repository()),
    ...{ created_at: iso(first?.startedAt ?? 0), updated_at: iso(first?.startedAt ?? 0) },
    head_commit: simpleCommit(await commitFacts(call.repository().dir, sha)),
    ...{ latest_check_runs_count: checks.length, check_runs_url: `${url}/check-runs` },
  };
  const all = first ? [suite] : [];
  return { status: 200, body: { total_count: all.length, check_suites: all } };
}

export const checksOfGithub: Route[] = [
  route(`POST ${repo}/statuses/{sha}`, "write", "statuses", report),
  route(`GET ${repo}/commits/{ref}/status`, "read", "statuses", async (call) => {
    const sha = await shaOf(call);
    const repository = call.repository();
    const statuses = model.statusesOf(repository, sha);
    const url = `${repositoryUrl(call.state, repository)}/commits/${sha}`;
    const page = await countedAnswer(call, "statuses", statuses, (one) =>
      simpleStatus(call.state, repository, one),
    );
    const around = { state: model.combined(statuses), sha, commit_url: url, url: `${url}/status` };
    const body = { ...around, repository: minimalRepository(call.state, repository) };
    return { ...page, body: { ...body, ...(page.body as object) } };
  }),
  route(`GET ${repo}/commits/{ref}/statuses`, "read", "statuses", async (call) => {
    const sha = await shaOf(call);
    const all = call
      .repository()
      .statuses.filter((status) => status.sha === sha)
      .reverse();
    return { status: 200, body: all.map((one) => statusView(call.state, call.repository(), one)) };
  }),
  route(`GET ${repo}/commits/{ref}/check-runs`, "read", "checks", async (call) =>
    countedAnswer(call, "check_runs", await listed(call), (check) =>
      checkView(call.state, call.repository(), check),
    ),
  ),
  route(`GET ${repo}/commits/{ref}/check-suites`, "read", "checks", suites),
  route(`POST ${repo}/check-runs`, "read", "checks", async (call) => {
    asApp(call);
    const made = { ...changeOf(call), name: text(call.body, "name"), sha: text(call.body, "head_sha") };
    if (!(await resolveCommit(call.repository().dir, made.sha))) {
      throw new Refusal("validation", `No commit found for SHA: ${made.sha}`, "head_sha");
    }
    const check = model.addCheckRun(call.state.model, call.repository(), call.actor(), made);
    return { status: 201, body: checkView(call.state, call.repository(), check) };
  }),
  route(`PATCH ${repo}/check-runs/{check_run_id}`, "read", "checks", (call) => {
    asApp(call);
    const id = idOf(call, "check_run_id");
    const check = found(call.repository().checkRuns.find((one) => one.id === id));
    model.changeCheckRun(call.state.model, call.repository(), call.actor(), check, changeOf(call));
    return { status: 200, body: checkView(call.state, call.repository(), check) };
  }),
  route(`GET ${repo}/check-runs/{check_run_id}/annotations`, "read", "checks", () => ({
    ...{ status: 200, body: [] },
  })),
];
