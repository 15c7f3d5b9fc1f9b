import type { BranchRules } from "../../domain/platform/setup-facts.ts";
import { orNull, shaped, unlessHidden } from "./answers.ts";
import { type GithubRepository, rulesOf } from "./repository.ts";
import * as shapes from "./shapes.ts";

const operation = "branchRules";

/**
 * Rules of the repository and the branch's own protection, which GitHub keeps apart. The protection is shown
 * to administrators only; without it, only a merge tells whether it is allowed.
 */
export async function branchRules(repository: GithubRepository, branch: string): Promise<BranchRules | null> {
  const { client, at } = repository;
  const { repos } = client.on(operation);
  const found = await orNull(repos.getBranch({ ...at, branch }));
  if (found === null) return null;
  const isProtected = shaped(operation, shapes.branch, found.data).protected;
  const rules = await rulesOf(repository, operation, branch);
  const shown = isProtected ? await unlessHidden(repos.getBranchProtection({ ...at, branch })) : null;
  const classic = shown && shaped(operation, shapes.protection, shown.data);
  const ruled = rules?.flatMap(({ parameters }) => parameters?.required_approving_review_count ?? []) ?? [];
  const own = classic?.required_pull_request_reviews?.required_approving_review_count ?? 0;
  const hidden = rules === null || (isProtected && classic === null && rules.length === 0);
  return {
    protected: isProtected || (rules?.length ?? 0) > 0,
    approvals: hidden ? null : Math.max(0, own, ...ruled),
    mayMerge: await mayMerge(repository, classic, hidden || rules.some(({ type }) => type === "update")),
  };
}

/** `unsure`: something was not shown, or a rule restricts pushes and does not say for whom it does not. */
async function mayMerge(
  { me }: GithubRepository,
  classic: { restrictions?: Restrictions | undefined } | null,
  unsure: boolean,
): Promise<boolean | null> {
  const restrictions = classic?.restrictions;
  if (!restrictions) return unsure ? null : true;
  const { login } = await me();
  const { users = [], apps = [], teams = [] } = restrictions;
  const named =
    users.some((user) => user.login === login) || apps.some(({ slug }) => `${slug}[bot]` === login);
  if (named) return unsure ? null : true;
  return teams.length > 0 ? null : false;
}

interface Restrictions {
  users?: { login: string }[] | undefined;
  apps?: { slug: string }[] | undefined;
  teams?: unknown[] | undefined;
}
