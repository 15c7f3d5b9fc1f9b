import * as git from "../../model/git.ts";
import * as history from "../../model/history.ts";
import { personOf } from "../../model/model.ts";
import { noticePush } from "../../model/pushes.ts";
import { found, Refusal } from "../../model/refusal.ts";
import { maybeFlag, maybeList, maybeText, object, text, texts } from "../../reading.ts";
import type { Answer, Call, Route } from "../../state.ts";
import { repo, route } from "./routes.ts";
import { commitOf, gitCommitOf, htmlUrl, repositoryUrl } from "./view-repository.ts";

/** GitHub's refs, commits, trees and blobs, on real git. */

const area = "contents";

function refView(call: Call, branch: string, sha: string) {
  const url = `${repositoryUrl(call.state, call.repository())}/git`;
  const object = { type: "commit", sha, url: `${url}/commits/${sha}` };
  const ref = `refs/heads/${branch}`;
  return { ref, node_id: `REF_${branch}`, url: `${url}/${ref}`, object };
}

/** A branch as `heads/<name>`; tags are not simulated. */
function branchOf(ref: string): string {
  const name = /^(?:refs\/)?heads\/(.+)$/.exec(ref)?.[1];
  if (!name) throw new Refusal("not-found", "Not Found");
  return name;
}

async function commitAt(call: Call, name: string): Promise<string> {
  const sha = await git.resolveCommit(call.repository().dir, name);
  if (sha === null) throw new Refusal("validation", `No commit found for SHA: ${name}`, "sha");
  return sha;
}

const notice = (call: Call) => noticePush(call.state.model, call.repository(), call.actor());

async function createRef(call: Call): Promise<Answer> {
  const ref = text(call.body, "ref");
  if (!/^refs\/[^/]+\/.+/.test(ref)) throw new Refusal("validation", "Reference name is not valid", "ref");
  const branch = branchOf(ref);
  const sha = text(call.body, "sha");
  if (!(await history.commitFacts(call.repository().dir, sha).catch(() => null))) {
    throw new Refusal("validation", "Object does not exist", "sha");
  }
  if (call.repository().refs.has(branch)) throw new Refusal("validation", "Reference already exists");
  await git.moveBranch(call.repository().dir, branch, sha, git.nobody);
  await notice(call);
  return { status: 201, body: refView(call, branch, sha) };
}

async function updateRef(call: Call): Promise<Answer> {
  const branch = branchOf(call.params.ref ?? "");
  const before = call.repository().refs.get(branch);
  if (before === undefined) throw new Refusal("validation", "Reference does not exist");
  const sha = await commitAt(call, text(call.body, "sha"));
  const forward = await git.isAncestor(call.repository().dir, before, sha);
  if (!forward && maybeFlag(call.body, "force") !== true) {
    throw new Refusal("validation", "Update is not a fast forward");
  }
  await git.moveBranch(call.repository().dir, branch, sha, before);
  await notice(call);
  return { status: 200, body: refView(call, branch, sha) };
}

async function deleteRef(call: Call): Promise<Answer> {
  const branch = branchOf(call.params.ref ?? "");
  const { dir, refs, protections } = call.repository();
  if (!refs.has(branch)) throw new Refusal("validation", "Reference does not exist");
  if (protections.has(branch)) throw new Refusal("validation", "Cannot delete a protected branch");
  await git.git(dir, ["update-ref", "-d", `refs/heads/${branch}`]);
  await notice(call);
  return { status: 204 };
}

async function commit(call: Call): Promise<Answer> {
  const repository = call.repository();
  const sha = await commitAt(call, call.params.ref ?? "");
  if (call.headers.accept?.includes("application/vnd.github.sha")) {
    return { status: 200, body: sha, headers: { "content-type": "application/vnd.github.sha" } };
  }
  const [facts] = await history.log(repository.dir, sha, 1);
  return { status: 200, body: commitOf(call.state, repository, found(facts)) };
}

async function compare(call: Call): Promise<Answer> {
  const repository = call.repository();
  const [baseName = "", headName = ""] = (call.params.basehead ?? "").split("...");
  const sides = [baseName, headName].map((name) => git.resolveCommit(repository.dir, name));
  const [base, head] = (await Promise.all(sides)).map((sha) => found(sha));
  if (base === undefined || head === undefined) throw new Refusal("not-found", "Not Found");
  const common = found(await git.mergeBase(repository.dir, base, head), "No common ancestor");
  const { ahead, behind } = await git.aheadBehind(repository.dir, base, head);
  const view = async (sha: string) =>
    commitOf(call.state, repository, await history.commitFacts(repository.dir, sha));
  const status = ahead > 0 ? (behind > 0 ? "diverged" : "ahead") : behind > 0 ? "behind" : "identical";
  const commits = (await history.log(repository.dir, `${base}..${head}`)).reverse();
  const page = `${htmlUrl(call.state, repository)}/compare/${call.params.basehead}`;
  const body = {
    url: `${repositoryUrl(call.state, repository)}/compare/${call.params.basehead}`,
    ...{ html_url: page, permalink_url: page, diff_url: `${page}.diff`, patch_url: `${page}.patch` },
    ...{ base_commit: await view(base), merge_base_commit: await view(common), status },
    ...{ ahead_by: ahead, behind_by: behind, total_commits: ahead, files: [] },
    commits: commits.map((one) => commitOf(call.state, repository, one)),
  };
  return { status: 200, body };
}

async function tree(call: Call): Promise<Answer> {
  const { dir } = call.repository();
  const name = call.params.tree_sha ?? "";
  const rev = (await git.resolveCommit(dir, name)) ?? name;
  const deep = call.query.has("recursive");
  const entries = found(await history.listTree(dir, { rev, path: "", deep }));
  const url = `${repositoryUrl(call.state, call.repository())}/git`;
  const items = entries.map(({ size, ...entry }) => ({
    ...{ ...entry, url: `${url}/${entry.type}s/${entry.sha}` },
    ...(size === null ? {} : { size }),
  }));
  const sha = await git.git(dir, ["rev-parse", `${rev}^{tree}`]);
  return { status: 200, body: { sha, url: `${url}/trees/${sha}`, truncated: false, tree: items } };
}

async function createTree(call: Call): Promise<Answer> {
  const { dir } = call.repository();
  const entries = (maybeList(call.body, "tree") ?? []).map((one) => object(one, "tree"));
  const base = maybeText(call.body, "base_tree") ?? null;
  const made = await Promise.all(
    entries.map(async (entry) => {
      const content = maybeText(entry, "content");
      const hashed = content === undefined ? null : await hash(dir, content);
      return {
        ...{ path: text(entry, "path"), mode: maybeText(entry, "mode") ?? "100644" },
        sha: hashed ?? maybeText(entry, "sha") ?? null,
      };
    }),
  );
  const sha = await git.writeTree(dir, base, made);
  return tree({ ...call, params: { ...call.params, tree_sha: sha } }).then((answer) => ({
    ...answer,
    status: 201,
  }));
}

const hash = (dir: string, input: string | Uint8Array) =>
  git.git(dir, ["hash-object", "-w", "--stdin"], { input });

async function createCommit(call: Call): Promise<Answer> {
  const repository = call.repository();
  const parents = texts(call.body, "parents").flatMap((sha) => ["-p", sha]);
  const args = ["commit-tree", text(call.body, "tree"), ...parents];
  const env = git.identity(personOf(call.actor()));
  const sha = await git.git(repository.dir, args, { input: text(call.body, "message"), env });
  const facts = await history.commitFacts(repository.dir, sha);
  return { status: 201, body: gitCommitOf(call.state, repository, facts) };
}

export const gitOfGithub: Route[] = [
  route(`GET ${repo}/git/ref/{ref}`, "read", area, (call) => {
    const branch = branchOf(call.params.ref ?? "");
    return { status: 200, body: refView(call, branch, found(call.repository().refs.get(branch))) };
  }),
  route(`POST ${repo}/git/refs`, "write", area, createRef),
  route(`PATCH ${repo}/git/refs/{ref}`, "write", area, updateRef),
  route(`DELETE ${repo}/git/refs/{ref}`, "write", area, deleteRef),
  route(`GET ${repo}/commits/{ref}`, "read", area, commit),
  route(`GET ${repo}/compare/{basehead}`, "read", area, compare),
  route(`GET ${repo}/git/trees/{tree_sha}`, "read", area, tree),
  route(`POST ${repo}/git/trees`, "write", area, createTree),
  route(`POST ${repo}/git/commits`, "write", area, createCommit),
  route(`POST ${repo}/git/blobs`, "write", area, async (call) => {
    const encoding = maybeText(call.body, "encoding") === "base64" ? "base64" : "utf8";
    const sha = await hash(call.repository().dir, Buffer.from(text(call.body, "content"), encoding));
    const url = `${repositoryUrl(call.state, call.repository())}/git/blobs/${sha}`;
    return { status: 201, body: { url, sha } };
  }),
  route(`GET ${repo}/git/blobs/{file_sha}`, "read", area, async (call) => {
    const sha = call.params.file_sha ?? "";
    const bytes = found(await history.blob(call.repository().dir, sha));
    const url = `${repositoryUrl(call.state, call.repository())}/git/blobs/${sha}`;
    const content = bytes.toString("base64");
    const body = { content, encoding: "base64", url, sha, size: bytes.length, node_id: `B_${sha}` };
    return { status: 200, body };
  }),
];
