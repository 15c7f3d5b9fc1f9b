import type { CommitFacts, log } from "../../model/history.ts";
import { permissionOf } from "../../model/model.ts";
import type { Label, Repository, User } from "../../model/types.ts";
import { iso } from "../../reading.ts";
import type { State } from "../../state.ts";

/** How Gitea writes accounts, repositories, labels and commits. Source: `modules/structs` and its OpenAPI. */

const never = "0001-01-01T00:00:00Z";

export function userView(state: State, user: User) {
  const names = { login: user.login, login_name: "", source_id: 0, full_name: "", username: user.login };
  return {
    ...{ id: user.id, ...names, email: `${user.login.replace("[bot]", "-bot")}@noreply.test` },
    ...{ avatar_url: `${state.origin}/avatars/${user.id}`, html_url: `${state.origin}/${user.login}` },
    ...{ language: "", is_admin: false, last_login: never, created: iso(user.createdAt) },
    ...{ restricted: false, active: true, prohibit_login: false, location: "", website: "" },
    ...{ description: "", visibility: "public", followers_count: 0, following_count: 0 },
    starred_repos_count: 0,
  };
}

export const maybeUser = (state: State, user: User | null) => (user ? userView(state, user) : null);

/** Go writes an empty list as null. */
export const orNull = <T>(list: readonly T[]): readonly T[] | null => (list.length === 0 ? null : list);

export const repositoryUrl = (state: State, repository: Repository): string =>
  `${state.apiUrl}/repos/${repository.fullName}`;

export const htmlUrl = (state: State, repository: Repository): string =>
  `${state.origin}/${repository.fullName}`;

function mergeSettings(repository: Repository) {
  const allowed = (method: "merge" | "squash" | "rebase") => repository.mergeMethods.includes(method);
  return {
    ...{ allow_merge_commits: allowed("merge"), allow_squash_merge: allowed("squash") },
    ...{ allow_rebase: allowed("rebase"), allow_rebase_explicit: false, allow_rebase_update: true },
    ...{ allow_fast_forward_only_merge: false, allow_manual_merge: false, autodetect_manual_merge: true },
    ...{ default_merge_style: repository.mergeMethods[0] ?? "merge", ignore_whitespace_conflicts: false },
    ...{ default_delete_branch_after_merge: false, default_allow_maintainer_edit: false },
  };
}

/** `user`: whose permissions it shows; null: those of nobody. */
export function repositoryView(state: State, repository: Repository, user: User | null = null) {
  const permission = permissionOf(repository, user);
  const push = permission === "admin" || permission === "write";
  const page = htmlUrl(state, repository);
  const open = [...repository.issues.values()].filter((issue) => issue.state === "open");
  const counts = {
    ...{ stars_count: 0, forks_count: 0, watchers_count: 0, release_counter: 0, size: 1 },
    open_issues_count: open.filter(({ pull }) => pull === null).length,
    open_pr_counter: open.filter(({ pull }) => pull !== null).length,
  };
  return {
    ...{ id: repository.id, owner: userView(state, repository.owner), name: repository.name },
    ...{ full_name: repository.fullName, description: "", empty: repository.refs.size === 0 },
    ...{ private: repository.private, fork: repository.fork !== null, template: false, parent: null },
    ...{ mirror: false, language: "", html_url: page, url: repositoryUrl(state, repository), link: "" },
    ...{ languages_url: `${repositoryUrl(state, repository)}/languages`, website: "", original_url: "" },
    ...{ ssh_url: `git@forge.test:${repository.fullName}.git`, clone_url: `${page}.git`, ...counts },
    ...{ default_branch: repository.defaultBranch, archived: repository.archived, archived_at: never },
    ...{ created_at: iso(repository.createdAt), updated_at: iso(repository.pushedAt) },
    permissions: { admin: permission === "admin", push, pull: permission !== "none" },
    ...{ has_issues: true, has_wiki: false, has_pull_requests: true, has_projects: false },
    ...{ has_releases: true, has_packages: false, has_actions: true, ...mergeSettings(repository) },
    ...{ avatar_url: "", internal: false, mirror_interval: "", object_format_name: "sha1" },
    ...{ mirror_updated: never, topics: [], licenses: null },
  };
}

export function labelView(state: State, repository: Repository, label: Label) {
  return {
    ...{ id: label.id, name: label.name, exclusive: false, is_archived: false, color: label.color },
    ...{ description: label.description, url: `${repositoryUrl(state, repository)}/labels/${label.id}` },
  };
}

const unverified = { verified: false, reason: "gpg.error.not_signed_commit", signature: "", payload: "" };

/** A commit as pushes and branches write it. */
export function payloadCommit(state: State, repository: Repository, commit: CommitFacts) {
  const person = ({ name, email }: CommitFacts["author"]) => ({ name, email, username: name });
  return {
    ...{ id: commit.sha, message: `${commit.message}\n`, timestamp: commit.committer.date },
    url: `${htmlUrl(state, repository)}/commit/${commit.sha}`,
    ...{ author: person(commit.author), committer: person(commit.committer), verification: unverified },
    ...{ added: null, removed: null, modified: null },
  };
}

type Facts = Awaited<ReturnType<typeof log>>[number];

/** A commit as the commits API writes it. */
export function commitView(state: State, repository: Repository, commit: Facts) {
  const git = `${repositoryUrl(state, repository)}/git`;
  const url = `${git}/commits/${commit.sha}`;
  const account = (name: string) => maybeUser(state, state.model.users.get(name.toLowerCase()) ?? null);
  return {
    ...{ url, sha: commit.sha, created: commit.committer.date },
    html_url: `${htmlUrl(state, repository)}/commit/${commit.sha}`,
    commit: {
      ...{ url, author: commit.author, committer: commit.committer, message: `${commit.message}\n` },
      tree: { url: `${git}/trees/${commit.tree}`, sha: commit.tree, created: commit.committer.date },
      verification: unverified,
    },
    ...{ author: account(commit.author.name), committer: account(commit.committer.name) },
    parents: commit.parents.map((sha) => ({ url: `${git}/commits/${sha}`, sha, created: never })),
    ...{ files: null, stats: null },
  };
}

/** A branch, with what its protection asks. */
export function branchView(
  state: State,
  repository: Repository,
  name: string,
  commit: Facts,
  user: User | null,
) {
  const protection = repository.protections.get(name);
  const permission = permissionOf(repository, user);
  const may = permission === "admin" || (permission === "write" && !protection);
  return {
    ...{ name, commit: payloadCommit(state, repository, commit), protected: protection !== undefined },
    ...{ required_approvals: protection?.approvals ?? 0, user_can_push: may, user_can_merge: may },
    enable_status_check: (protection?.checks.length ?? 0) > 0,
    status_check_contexts: protection?.checks ?? [],
    effective_branch_protection_name: protection ? name : "",
  };
}
