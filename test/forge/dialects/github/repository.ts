import { covers, permissionOf, repositoryNamed } from "../../model/model.ts";
import { found, Refusal } from "../../model/refusal.ts";
import type { Protection } from "../../model/types.ts";
import type { Call, Route } from "../../state.ts";
import { repo, route } from "./routes.ts";
import * as view from "./view-repository.ts";

/** GitHub's repositories, people and rules of branches. */

function branch(call: Call, sha: string, name: string) {
  const repository = call.repository();
  const url = `${view.repositoryUrl(call.state, repository)}/branches/${name}`;
  const protection = repository.protections.get(name);
  return view.commitView(call.state, repository, sha).then((commit) => ({
    ...{ name, commit, protected: protection !== undefined, protection_url: `${url}/protection` },
    _links: { self: url, html: `${view.htmlUrl(call.state, repository)}/tree/${name}` },
    protection: {
      enabled: protection !== undefined,
      required_status_checks: {
        ...{ enforcement_level: protection ? "everyone" : "off", contexts: protection?.checks ?? [] },
        checks: (protection?.checks ?? []).map((context) => ({ context, app_id: null })),
      },
    },
  }));
}

/** The same protection, as a ruleset would say it. */
function rules(protection: Protection, source: string): unknown[] {
  const set = { ruleset_source_type: "Repository", ruleset_source: source, ruleset_id: 1 };
  const checks = {
    ...{ type: "required_status_checks", ...set },
    parameters: {
      strict_required_status_checks_policy: protection.strict,
      required_status_checks: protection.checks.map((context) => ({ context })),
    },
  };
  const reviews = {
    ...{ type: "pull_request", ...set },
    parameters: {
      ...{ required_approving_review_count: protection.approvals, dismiss_stale_reviews_on_push: false },
      ...{ require_code_owner_review: false, require_last_push_approval: false },
      required_review_thread_resolution: false,
    },
  };
  return [...(protection.checks.length > 0 ? [checks] : []), ...(protection.approvals > 0 ? [reviews] : [])];
}

function classic(protection: Protection, url: string) {
  return {
    url,
    ...(protection.checks.length === 0
      ? {}
      : {
          required_status_checks: {
            ...{ url: `${url}/required_status_checks`, strict: protection.strict },
            ...{ contexts: protection.checks, contexts_url: `${url}/required_status_checks/contexts` },
            checks: protection.checks.map((context) => ({ context, app_id: null })),
          },
        }),
    ...(protection.approvals === 0
      ? {}
      : { required_pull_request_reviews: { required_approving_review_count: protection.approvals } }),
    enforce_admins: { url: `${url}/enforce_admins`, enabled: false },
  };
}

function permission(call: Call) {
  if (!call.token?.permissions && !covers(permissionOf(call.repository(), call.actor()), "write")) {
    throw new Refusal("forbidden", "Must have push access to view collaborator permission.");
  }
  const user = found(call.state.model.users.get((call.params.username ?? "").toLowerCase()));
  const has = permissionOf(call.repository(), user);
  const body = { permission: has, role_name: has };
  return { status: 200, body: { ...body, user: { ...view.userView(call.state, user), role_name: has } } };
}

export const repositoryOfGithub: Route[] = [
  route(`GET ${repo}`, "read", "metadata", (call) => ({
    status: 200,
    body: view.fullRepository(call.state, call.repository(), call.token?.user ?? null),
  })),
  route(`GET ${repo}/branches`, "read", "contents", async (call) => ({
    status: 200,
    body: [...call.repository().refs].map(([name, sha]) => ({
      ...{ name, protected: call.repository().protections.has(name) },
      commit: { sha, url: `${view.repositoryUrl(call.state, call.repository())}/commits/${sha}` },
    })),
  })),
  route(`GET ${repo}/branches/{branch}`, "read", "contents", async (call) => {
    const name = call.params.branch ?? "";
    const sha = found(call.repository().refs.get(name), "Branch not found");
    return { status: 200, body: await branch(call, sha, name) };
  }),
  route(`GET ${repo}/branches/{branch}/protection`, "admin", "administration", (call) => {
    const name = call.params.branch ?? "";
    const protection = found(call.repository().protections.get(name), "Branch not protected");
    const url = `${view.repositoryUrl(call.state, call.repository())}/branches/${name}/protection`;
    return { status: 200, body: classic(protection, url) };
  }),
  route(`GET ${repo}/rules/branches/{branch}`, "read", "metadata", (call) => {
    const protection = call.repository().protections.get(call.params.branch ?? "");
    return { status: 200, body: protection ? rules(protection, call.repository().fullName) : [] };
  }),
  route(`GET ${repo}/collaborators/{username}/permission`, "read", "metadata", permission),
  route("GET /user", "user", "metadata", (call) => {
    // An app is no user: its installations cannot ask who they are.
    if (call.token?.permissions) throw new Refusal("forbidden", "Resource not accessible by integration");
    return { status: 200, body: view.profileView(call.state, call.actor(), true) };
  }),
  route("GET /users/{username}", "nobody", "metadata", (call) => {
    const user = found(call.state.model.users.get((call.params.username ?? "").toLowerCase()));
    return { status: 200, body: view.profileView(call.state, user, false) };
  }),
  route("GET /rate_limit", "user", "metadata", (call) => {
    const budget = call.state.budgets.get(call.token?.value ?? "");
    const left = budget?.left ?? requestsPerHour;
    const reset = Math.ceil((budget?.resetAt ?? call.state.model.now() + 3_600_000) / 1000);
    const core = { limit: requestsPerHour, remaining: left, reset, used: requestsPerHour - left };
    const search = { limit: 30, remaining: 30, reset, used: 0 };
    return { status: 200, body: { resources: { core, search }, rate: core } };
  }),
  route("GET /meta", "nobody", "metadata", (call) => ({
    ...{ status: 200, body: { verifiable_password_authentication: false } },
    headers: { "x-github-enterprise-version": call.state.version },
  })),
  route("GET /installation/repositories", "user", "metadata", (call) => {
    const names = [...call.state.model.repositories.values()]
      .filter(({ id }) => call.token?.repositories?.has(id))
      .map(({ fullName }) => fullName);
    const repositories = names.map((name) =>
      view.repositoryView(call.state, repositoryNamed(call.state.model, name)),
    );
    return { status: 200, body: { total_count: names.length, repositories } };
  }),
];

/** GitHub's own figure for a person's token. */
export const requestsPerHour = 5000;
