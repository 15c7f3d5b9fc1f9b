import { forkRepository } from "../../model/forking.ts";
import { protectBranches } from "../../model/git.ts";
import { covers, permissionOf } from "../../model/model.ts";
import { Refusal } from "../../model/refusal.ts";
import { maybeFlag, maybeNumber, object, texts } from "../../reading.ts";
import type { Answer, Call, Route } from "../../state.ts";
import { repo, route } from "./routes.ts";
import { fullRepository } from "./view-repository.ts";

/** What administrators and other people of GitHub do with a repository as a whole. */

/** Also of an archived one, which could not come back otherwise. */
function change(call: Call): Answer {
  const repository = call.repository();
  if (!covers(permissionOf(repository, call.actor()), "admin")) throw new Refusal("not-found", "Not Found");
  repository.archived = maybeFlag(call.body, "archived") ?? repository.archived;
  return { status: 200, body: fullRepository(call.state, repository, call.actor()) };
}

async function protect(call: Call): Promise<Answer> {
  const repository = call.repository();
  const branch = call.params.branch ?? "";
  if (!repository.refs.has(branch)) throw new Refusal("not-found", "Branch not found");
  const { required_status_checks: checks, required_pull_request_reviews: reviews } = call.body;
  repository.protections.set(branch, {
    branch,
    checks: checks ? texts(object(checks, "required_status_checks"), "contexts") : [],
    approvals: reviews
      ? (maybeNumber(object(reviews, "reviews"), "required_approving_review_count") ?? 1)
      : 0,
    strict: false,
  });
  await protectBranches(repository.dir, [...repository.protections.keys()]);
  const url = `${call.state.apiUrl}/repos/${repository.fullName}/branches/${branch}/protection`;
  return { status: 200, body: { url, enforce_admins: { url: `${url}/enforce_admins`, enabled: false } } };
}

export const ownersOfGithub: Route[] = [
  route(`PATCH ${repo}`, "user", "administration", change),
  route(`PUT ${repo}/branches/{branch}/protection`, "admin", "administration", protect),
  route(`DELETE ${repo}/branches/{branch}/protection`, "admin", "administration", async (call) => {
    const { protections, dir } = call.repository();
    protections.delete(call.params.branch ?? "");
    await protectBranches(dir, [...protections.keys()]);
    return { status: 204 };
  }),
  route(`POST ${repo}/forks`, "read", "contents", async (call) => {
    const copy = await forkRepository(call.state.model, call.repository().fullName, call.actor().login);
    return { status: 202, body: fullRepository(call.state, copy, call.actor()) };
  }),
];
