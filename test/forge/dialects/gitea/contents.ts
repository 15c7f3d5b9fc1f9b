import { commitFiles, type FileChanges, moveBranch, nobody, resolveCommit } from "../../model/git.ts";
import * as history from "../../model/history.ts";
import { personOf } from "../../model/model.ts";
import { noticePush } from "../../model/pushes.ts";
import { found, Refusal } from "../../model/refusal.ts";
import { maybeList, maybeText, object, text } from "../../reading.ts";
import type { Answer, Call, Route } from "../../state.ts";
import { repo, route } from "./routes.ts";
import { commitView, htmlUrl, repositoryUrl } from "./view-repository.ts";

/** Gitea's contents API. A changed file names the blob that it replaces. */

const area = "repository";
const missing = "The target couldn't be found.";

async function entryView(call: Call, entry: history.TreeEntry, path: string, ref: string) {
  const [api, page] = [repositoryUrl(call.state, call.repository()), htmlUrl(call.state, call.repository())];
  const bytes = entry.type === "blob" ? await history.blob(call.repository().dir, entry.sha) : null;
  const url = `${api}/contents/${path}?ref=${ref}`;
  const git = `${api}/git/${entry.type}s/${entry.sha}`;
  const html = `${page}/src/branch/${ref}/${path}`;
  return {
    ...{ name: path.split("/").at(-1), path, sha: entry.sha, last_commit_sha: "" },
    ...{ type: entry.type === "tree" ? "dir" : "file", size: entry.size ?? 0, url, html_url: html },
    encoding: bytes ? "base64" : null,
    content: bytes ? bytes.toString("base64") : null,
    ...{ target: null, git_url: git, submodule_git_url: null, _links: { self: url, git, html } },
    download_url: bytes ? `${page}/raw/branch/${ref}/${path}` : null,
  };
}

async function at(call: Call) {
  const { dir, defaultBranch } = call.repository();
  const ref = call.query.get("ref") || defaultBranch;
  const rev = found(await resolveCommit(dir, ref), missing);
  return { dir, ref, rev, path: call.params.filepath ?? "" };
}

async function read(call: Call): Promise<Answer> {
  const { dir, ref, rev, path } = await at(call);
  const entry = path === "" ? null : found(await history.entryAt(dir, rev, path), missing);
  if (entry && entry.type !== "tree") return { status: 200, body: await entryView(call, entry, path, ref) };
  const all = found(await history.listTree(dir, { rev, path }), missing);
  const items = all.map(async (one) => {
    const view = await entryView(call, one, path === "" ? one.path : `${path}/${one.path}`, ref);
    // A folder's list shows no contents.
    return { ...view, content: null, encoding: null };
  });
  return { status: 200, body: await Promise.all(items) };
}

async function raw(call: Call): Promise<Answer> {
  const { dir, rev, path } = await at(call);
  const entry = found(await history.entryAt(dir, rev, path), missing);
  return { status: 200, body: found(await history.blob(dir, entry.sha), missing).toString() };
}

/** One commit with these changes on `new_branch`, which begins at `branch`, or on `branch` itself. */
async function commit(call: Call, files: FileChanges, message: string) {
  const repository = call.repository();
  const from = maybeText(call.body, "branch") || repository.defaultBranch;
  const to = maybeText(call.body, "new_branch") || from;
  const parent = repository.refs.get(from) ?? null;
  if (parent === null && repository.refs.size > 0) throw new Refusal("not-found", missing);
  if (to !== from && repository.refs.has(to)) throw new Refusal("validation", "branch already exists");
  const given = maybeText(call.body, "message") || message;
  const author = personOf(call.actor());
  const sha = await commitFiles(repository.dir, { parent, files, message: given, author });
  await moveBranch(repository.dir, to, sha, repository.refs.get(to) ?? nobody);
  await noticePush(call.state.model, repository, call.actor());
  const facts = await history.commitFacts(repository.dir, sha);
  const { commit: inner, ...around } = commitView(call.state, repository, facts);
  const { author: by, committer, message: said, tree } = inner;
  const { url, sha: name, created, html_url, parents } = around;
  const view = { url, sha: name, created, html_url, author: by, committer, parents, message: said, tree };
  return { view, sha, branch: to };
}

async function there(call: Call, path: string): Promise<history.TreeEntry | null> {
  const { dir, refs, defaultBranch } = call.repository();
  const rev = refs.get(maybeText(call.body, "branch") || defaultBranch);
  return rev === undefined ? null : history.entryAt(dir, rev, path);
}

const put =
  (made: "create" | "update") =>
  async (call: Call): Promise<Answer> => {
    const path = call.params.filepath ?? "";
    const old = await there(call, path);
    const sha = maybeText(call.body, "sha");
    if (made === "create" && old)
      throw new Refusal("validation", `repository file already exists [path: ${path}]`);
    if (made === "update" && old && !sha) throw new Refusal("validation", "[SHA]: Required");
    if (sha && sha !== old?.sha) throw new Refusal("validation", `sha does not match [given: ${sha}]`);
    const content = Buffer.from(text(call.body, "content"), "base64");
    const done = await commit(call, { [path]: content }, `${old ? "Update" : "Add"} ${path}`);
    const entry = found(await history.entryAt(call.repository().dir, done.sha, path));
    const body = { content: await entryView(call, entry, path, done.branch), commit: done.view };
    return { status: old ? 200 : 201, body: { ...body, verification: null } };
  };

async function many(call: Call): Promise<Answer> {
  const files: Record<string, Buffer | null> = {};
  for (const one of maybeList(call.body, "files") ?? []) {
    const change = object(one, "files");
    const [path, how] = [text(change, "path"), text(change, "operation")];
    const old = await there(call, path);
    if (how === "create" && old) throw new Refusal("validation", "repository file already exists");
    if (how !== "create" && !old) throw new Refusal("not-found", missing);
    if (how !== "create" && maybeText(change, "sha") !== old?.sha) {
      throw new Refusal("validation", "sha does not match");
    }
    files[path] = how === "delete" ? null : Buffer.from(text(change, "content"), "base64");
  }
  const done = await commit(call, files, "Change files");
  const views = Object.keys(files).map(async (path) => {
    const entry = await history.entryAt(call.repository().dir, done.sha, path);
    return entry && entryView(call, entry, path, done.branch);
  });
  const body = { files: await Promise.all(views), commit: done.view, verification: null };
  return { status: 201, body };
}

async function remove(call: Call): Promise<Answer> {
  const path = call.params.filepath ?? "";
  const old = found(await there(call, path), missing);
  if (text(call.body, "sha") !== old.sha) throw new Refusal("validation", "sha does not match");
  const done = await commit(call, { [path]: null }, `Delete ${path}`);
  return { status: 200, body: { content: null, commit: done.view, verification: null } };
}

export const contentsOfGitea: Route[] = [
  route(`GET ${repo}/contents`, "read", area, read),
  route(`GET ${repo}/contents/{filepath}`, "read", area, read),
  route(`GET ${repo}/raw/{filepath}`, "read", area, raw),
  route(`POST ${repo}/contents`, "write", area, many),
  route(`POST ${repo}/contents/{filepath}`, "write", area, put("create")),
  route(`PUT ${repo}/contents/{filepath}`, "write", area, put("update")),
  route(`DELETE ${repo}/contents/{filepath}`, "write", area, remove),
];
