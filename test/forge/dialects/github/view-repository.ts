import { log } from "../../model/history.ts";
import { permissionOf } from "../../model/model.ts";
import type { Label, Reaction, Repository, User } from "../../model/types.ts";
import { iso } from "../../reading.ts";
import type { App, State } from "../../state.ts";

/** How GitHub writes accounts and repositories. Source: GitHub's OpenAPI description. */

/** Ids of GraphQL: a prefix for the kind, and the number. */
export const nodeId = (kind: string, id: number): string => `${kind}_${id}`;

export function userView(state: State, user: User) {
  const url = `${state.apiUrl}/users/${encodeURIComponent(user.login)}`;
  return {
    ...{ login: user.login, id: user.id, node_id: nodeId(user.bot ? "BOT" : "U", user.id) },
    ...{ avatar_url: `${state.origin}/avatars/${user.id}`, gravatar_id: "", url },
    html_url: `${state.origin}/${user.bot ? `apps/${user.login.replace("[bot]", "")}` : user.login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    ...{ type: user.bot ? "Bot" : "User", site_admin: false },
  };
}

export const maybeUser = (state: State, user: User | null) => (user ? userView(state, user) : null);

/** As `GET /users/{username}` and `GET /user` answer. */
export function profileView(state: State, user: User, own: boolean) {
  const at = iso(user.createdAt);
  const more = {
    ...{ private_gists: 0, total_private_repos: 0, owned_private_repos: 0, disk_usage: 0 },
    ...{ collaborators: 0, two_factor_authentication: true },
  };
  return {
    ...userView(state, user),
    ...{ user_view_type: own ? "private" : "public", name: user.login, company: null, blog: "" },
    ...{ location: null, email: null, hireable: null, bio: null, public_repos: 0, public_gists: 0 },
    ...{ followers: 0, following: 0, created_at: at, updated_at: at, ...(own ? more : {}) },
  };
}

export const repositoryUrl = (state: State, repository: Repository): string =>
  `${state.apiUrl}/repos/${repository.fullName}`;

export const htmlUrl = (state: State, repository: Repository): string =>
  `${state.origin}/${repository.fullName}`;

/** The addresses that every form of a repository has. */
function addresses(state: State, repository: Repository) {
  const url = repositoryUrl(state, repository);
  const plain = [
    ...["collaborators", "contributors", "deployments", "downloads", "events", "forks", "hooks", "keys"],
    ...["labels", "languages", "merges", "milestones", "notifications", "pulls", "releases", "stargazers"],
    ...["statuses", "subscribers", "subscription", "tags", "teams", "issues", "comments", "commits"],
    ...["branches", "assignees", "contents", "compare"],
  ].map((name) => [`${name}_url`, `${url}/${name}`]);
  return {
    ...Object.fromEntries(plain),
    archive_url: `${url}/{archive_format}{/ref}`,
    blobs_url: `${url}/git/blobs{/sha}`,
    git_commits_url: `${url}/git/commits{/sha}`,
    git_refs_url: `${url}/git/refs{/sha}`,
    git_tags_url: `${url}/git/tags{/sha}`,
    issue_comment_url: `${url}/issues/comments{/number}`,
    issue_events_url: `${url}/issues/events{/number}`,
    trees_url: `${url}/git/trees{/sha}`,
  };
}

/** The short form, in runs and statuses. */
export function minimalRepository(state: State, repository: Repository) {
  return {
    ...{ id: repository.id, node_id: nodeId("R", repository.id), name: repository.name },
    ...{ full_name: repository.fullName, owner: userView(state, repository.owner) },
    ...{ private: repository.private, html_url: htmlUrl(state, repository), description: null },
    ...{ fork: repository.fork !== null, url: repositoryUrl(state, repository) },
    ...addresses(state, repository),
  };
}

/** The form inside pull requests and webhooks. */
export function repositoryView(state: State, repository: Repository) {
  const html = htmlUrl(state, repository);
  const open = [...repository.issues.values()].filter((issue) => issue.state === "open").length;
  const counts = {
    ...{ forks_count: 0, stargazers_count: 0, watchers_count: 0, size: 1, forks: 0, watchers: 0 },
    ...{ open_issues_count: open, open_issues: open },
  };
  return {
    ...minimalRepository(state, repository),
    ...{ git_url: `git://${html.slice(7)}.git`, ssh_url: `git@forge.test:${repository.fullName}.git` },
    ...{ clone_url: `${html}.git`, mirror_url: null, svn_url: html, homepage: null, language: null },
    ...{ ...counts, default_branch: repository.defaultBranch, has_issues: true, has_projects: false },
    ...{ has_wiki: false, has_pages: false, has_discussions: false, has_downloads: true },
    ...{ archived: repository.archived, disabled: false, pushed_at: iso(repository.pushedAt) },
    ...{ created_at: iso(repository.createdAt), updated_at: iso(repository.pushedAt), license: null },
    ...{ visibility: repository.private ? "private" : "public" },
  };
}

/** As `GET /repos/{owner}/{repo}` answers; settings are shown to those who may push. */
export function fullRepository(state: State, repository: Repository, user: User | null) {
  const permission = permissionOf(repository, user);
  const [admin, push] = [permission === "admin", permission === "admin" || permission === "write"];
  const allowed = (method: "merge" | "squash" | "rebase") => repository.mergeMethods.includes(method);
  const settings = {
    ...{ allow_merge_commit: allowed("merge"), allow_squash_merge: allowed("squash") },
    ...{ allow_rebase_merge: allowed("rebase"), allow_auto_merge: false, delete_branch_on_merge: false },
  };
  return {
    ...repositoryView(state, repository),
    ...{ permissions: { admin, maintain: admin, push, triage: push, pull: true } },
    ...{ subscribers_count: 0, network_count: 0, ...(push || user?.bot ? settings : {}) },
  };
}

export function labelView(state: State, repository: Repository, label: Label) {
  return {
    ...{ id: label.id, node_id: nodeId("LA", label.id), name: label.name, color: label.color },
    url: `${repositoryUrl(state, repository)}/labels/${encodeURIComponent(label.name)}`,
    ...{ description: label.description || null, default: false },
  };
}

const contents = ["+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"];

export function reactionRollup(url: string, reactions: readonly Reaction[]) {
  const counts = contents.map((content) => [
    content,
    reactions.filter((reaction) => reaction.content === content).length,
  ]);
  return { url: `${url}/reactions`, total_count: reactions.length, ...Object.fromEntries(counts) };
}

/** An app as it stands behind check runs; null: a person's token. */
export function appView(state: State, app: App | null) {
  if (!app) return null;
  const at = iso(state.model.now());
  return {
    ...{ id: app.id, slug: app.slug, node_id: nodeId("A", app.id), owner: userView(state, app.user) },
    ...{ name: app.slug, description: null, external_url: state.origin, created_at: at, updated_at: at },
    html_url: `${state.origin}/apps/${app.slug}`,
    ...{ permissions: app.permissions, events: app.hook.events },
  };
}

/** How somebody belongs to a repository. */
export function association(repository: Repository, user: User): string {
  if (user === repository.owner) return "OWNER";
  return repository.collaborators.has(user.login.toLowerCase()) ? "COLLABORATOR" : "NONE";
}

const unverified = {
  ...{ verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null },
};

/** A commit as the commits API writes it. */
export async function commitView(state: State, repository: Repository, sha: string) {
  const [commit] = await log(repository.dir, sha, 1);
  if (!commit) throw new Error(`There is no commit ${sha}.`);
  return commitOf(state, repository, commit);
}

type Facts = Awaited<ReturnType<typeof log>>[number];

export function commitOf(state: State, repository: Repository, commit: Facts) {
  const url = `${repositoryUrl(state, repository)}/commits/${commit.sha}`;
  const git = `${repositoryUrl(state, repository)}/git`;
  const html = `${htmlUrl(state, repository)}/commit/${commit.sha}`;
  const account = (name: string) => maybeUser(state, state.model.users.get(name.toLowerCase()) ?? null);
  return {
    ...{ url, sha: commit.sha, node_id: `C_${commit.sha}`, html_url: html, comments_url: `${url}/comments` },
    commit: {
      ...{ url: `${git}/commits/${commit.sha}`, author: commit.author, committer: commit.committer },
      ...{ message: commit.message, comment_count: 0, verification: unverified },
      tree: { sha: commit.tree, url: `${git}/trees/${commit.tree}` },
    },
    ...{ author: account(commit.author.name), committer: account(commit.committer.name) },
    parents: commit.parents.map((sha) => ({
      ...{ sha, url: `${repositoryUrl(state, repository)}/commits/${sha}` },
      html_url: `${htmlUrl(state, repository)}/commit/${sha}`,
    })),
  };
}

/** A commit as git's own API writes it. */
export function gitCommitOf(state: State, repository: Repository, commit: Facts) {
  const { commit: inner, ...around } = commitOf(state, repository, commit);
  const { author, committer, message, tree, verification, url } = inner;
  const { sha, node_id, html_url, parents } = around;
  return { sha, node_id, url, author, committer, message, tree, verification, html_url, parents };
}

/** A commit as pushes and runs write it. */
export function simpleCommit(commit: Facts) {
  const person = ({ name, email }: { name: string; email: string }) => ({ name, email });
  return {
    ...{ id: commit.sha, tree_id: commit.tree, message: commit.message, timestamp: commit.committer.date },
    ...{ author: person(commit.author), committer: person(commit.committer) },
  };
}
