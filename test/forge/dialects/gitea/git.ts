import * as git from "../../model/git.ts";
import * as history from "../../model/history.ts";
import { noticePush } from "../../model/pushes.ts";
import { found, Refusal } from "../../model/refusal.ts";
import { maybeText, text } from "../../reading.ts";
import type { Answer, Call, Route } from "../../state.ts";
import { listAnswer, repo, route } from "./routes.ts";
import { branchView, commitView, repositoryUrl } from "./view-repository.ts";

/** Gitea's branches, commits, trees and blobs, on real git. */

const area = "repository";
const missing = "The target couldn't be found.";

async function commitAt(call: Call, name: string): Promise<string> {
  return found(await git.resolveCommit(call.repository().dir, name), missing);
}

async function view(call: Call, name: string) {
  const repository = call.repository();
  const sha = found(repository.refs.get(name), missing);
  const commit = await history.commitFacts(repository.dir, sha);
  return branchView(call.state, repository, name, commit, call.token?.user ?? null);
}

async function create(call: Call): Promise<Answer> {
  const name = text(call.body, "new_branch_name");
  const repository = call.repository();
  const from = maybeText(call.body, "old_ref_name") || maybeText(call.body, "old_branch_name");
  if (repository.refs.has(name)) throw new Refusal("exists", "The branch already exists.");
  const sha = await commitAt(call, from || repository.defaultBranch);
  await git.moveBranch(repository.dir, name, sha, git.nobody);
  await noticePush(call.state.model, repository, call.actor());
  return { status: 201, body: await view(call, name) };
}

async function remove(call: Call): Promise<Answer> {
  const name = call.params.branch ?? "";
  const { dir, refs, defaultBranch, protections } = call.repository();
  if (!refs.has(name)) throw new Refusal("not-found", missing);
  if (name === defaultBranch) throw new Refusal("forbidden", "can not delete default branch");
  if (protections.has(name)) throw new Refusal("forbidden", "branch protected");
  await git.git(dir, ["update-ref", "-d", `refs/heads/${name}`]);
  await noticePush(call.state.model, call.repository(), call.actor());
  return { status: 204 };
}

async function compare(call: Call): Promise<Answer> {
  const { dir } = call.repository();
  const [base = "", head = ""] = (call.params.basehead ?? "").split("...");
  const range = `${await commitAt(call, base)}..${await commitAt(call, head)}`;
  const commits = await history.log(dir, range);
  const views = commits.map((commit) => commitView(call.state, call.repository(), commit));
  return { status: 200, body: { total_commits: commits.length, commits: views } };
}

async function refs(call: Call): Promise<Answer> {
  const wanted = `refs/${call.params.ref ?? ""}`;
  const url = `${repositoryUrl(call.state, call.repository())}/git`;
  const all = [...call.repository().refs]
    .map(([name, sha]) => ({
      ...{ ref: `refs/heads/${name}`, url: `${url}/refs/heads/${name}` },
      object: { type: "commit", sha, url: `${url}/commits/${sha}` },
    }))
    .filter(({ ref }) => ref.startsWith(wanted));
  if (all.length === 0) throw new Refusal("not-found", missing);
  return { status: 200, body: all };
}

async function tree(call: Call): Promise<Answer> {
  const { dir } = call.repository();
  const rev = await commitAt(call, call.params.sha ?? "");
  const deep = ["1", "true"].includes(call.query.get("recursive") ?? "");
  const entries = found(await history.listTree(dir, { rev, path: "", deep }));
  const url = `${repositoryUrl(call.state, call.repository())}/git`;
  const items = entries.map((entry) => ({
    ...{ ...entry, size: entry.size ?? 0, url: `${url}/${entry.type}s/${entry.sha}` },
  }));
  const page = { page: 1, total_count: items.length, truncated: false };
  return { status: 200, body: { sha: rev, url: `${url}/trees/${rev}`, tree: items, ...page } };
}

export const gitOfGitea: Route[] = [
  route(`GET ${repo}/branches`, "read", area, (call) =>
    listAnswer(call, [...call.repository().refs.keys()], (name) => view(call, name)),
  ),
  route(`POST ${repo}/branches`, "write", area, create),
  route(`GET ${repo}/branches/{branch}`, "read", area, async (call) => ({
    ...{ status: 200, body: await view(call, call.params.branch ?? "") },
  })),
  route(`DELETE ${repo}/branches/{branch}`, "write", area, remove),
  route(`GET ${repo}/commits`, "read", area, async (call) => {
    const { dir, refs: all, defaultBranch } = call.repository();
    if (all.size === 0) throw new Refusal("conflict", "Git Repository is empty.");
    const sha = await commitAt(call, call.query.get("sha") || defaultBranch);
    const commits = await history.log(dir, sha);
    return listAnswer(call, commits, (commit) => commitView(call.state, call.repository(), commit));
  }),
  route(`GET ${repo}/git/commits/{sha}`, "read", area, async (call) => {
    const sha = await commitAt(call, call.params.sha ?? "");
    const commit = await history.commitFacts(call.repository().dir, sha);
    return { status: 200, body: commitView(call.state, call.repository(), commit) };
  }),
  route(`GET ${repo}/compare/{basehead}`, "read", area, compare),
  route(`GET ${repo}/git/refs/{ref}`, "read", area, refs),
  route(`GET ${repo}/git/trees/{sha}`, "read", area, tree),
  route(`GET ${repo}/git/blobs/{sha}`, "read", area, async (call) => {
    const sha = call.params.sha ?? "";
    const bytes = found(await history.blob(call.repository().dir, sha), missing);
    const url = `${repositoryUrl(call.state, call.repository())}/git/blobs/${sha}`;
    const content = bytes.toString("base64");
    return { status: 200, body: { content, encoding: "base64", url, sha, size: bytes.length } };
  }),
];
