import { commitFiles, moveBranch, nobody, resolveCommit } from "../../model/git.ts";
import * as history from "../../model/history.ts";
import { personOf } from "../../model/model.ts";
import { noticePush } from "../../model/pushes.ts";
import { found, Refusal } from "../../model/refusal.ts";
import { maybeText, text } from "../../reading.ts";
import type { Answer, Call, Route } from "../../state.ts";
import { repo, route } from "./routes.ts";
import { gitCommitOf, htmlUrl, repositoryUrl } from "./view-repository.ts";

/** GitHub's contents API. */

/** Above this GitHub answers without the content, unless it is asked for raw. */
const contentBytesMax = 1_000_000;

function entryView(call: Call, entry: history.TreeEntry, path: string, ref: string) {
  const [api, page] = [repositoryUrl(call.state, call.repository()), htmlUrl(call.state, call.repository())];
  const url = `${api}/contents/${path}?ref=${ref}`;
  const kind = entry.type === "tree" ? "dir" : entry.mode === "120000" ? "symlink" : "file";
  const git = `${api}/git/${entry.type}s/${entry.sha}`;
  const html = `${page}/${entry.type}/${ref}/${path}`;
  return {
    ...{ type: kind, size: entry.size ?? 0, name: path.split("/").at(-1), path, sha: entry.sha, url },
    ...{ git_url: git, html_url: html, _links: { self: url, git, html } },
    download_url: kind === "file" ? `${page}/raw/${ref}/${path}` : null,
  };
}

async function read(call: Call): Promise<Answer> {
  const { dir, defaultBranch } = call.repository();
  const ref = call.query.get("ref") ?? defaultBranch;
  const rev = found(await resolveCommit(dir, ref), `No commit found for the ref ${ref}`);
  const path = (call.params.path ?? "").replace(/\/$/, "");
  const entry = path === "" ? null : found(await history.entryAt(dir, rev, path));
  if (!entry || entry.type === "tree") {
    const all = found(await history.listTree(dir, { rev, path }));
    const at = (name: string) => (path === "" ? name : `${path}/${name}`);
    return { status: 200, body: all.map((one) => entryView(call, one, at(one.path), ref)) };
  }
  const bytes = found(await history.blob(dir, entry.sha));
  if (call.headers.accept?.includes("raw")) {
    const headers = { "content-type": "application/vnd.github.raw+json; charset=utf-8" };
    return { status: 200, body: bytes.toString(), headers };
  }
  const big = bytes.length > contentBytesMax;
  // Base64 is broken into lines of 60 characters.
  const content = big ? "" : bytes.toString("base64").replace(/.{1,60}/g, "$&\n");
  const body = { ...entryView(call, entry, path, ref), content, encoding: big ? "none" : "base64" };
  return { status: 200, body };
}

async function put(call: Call): Promise<Answer> {
  const repository = call.repository();
  const branch = maybeText(call.body, "branch") ?? repository.defaultBranch;
  const parent = repository.refs.get(branch) ?? null;
  if (parent === null && repository.refs.size > 0)
    throw new Refusal("not-found", `Branch ${branch} not found`);
  const path = call.params.path ?? "";
  const there = parent && (await history.entryAt(repository.dir, parent, path));
  const sha = maybeText(call.body, "sha");
  if (there && sha === undefined) {
    throw new Refusal("validation", 'Invalid request.\n\n"sha" wasn\'t supplied.');
  }
  if (there && sha !== there.sha) throw new Refusal("conflict", `${path} does not match ${sha}`);
  if (path.startsWith(".github/workflows/") && call.token?.permissions) {
    // Workflow files need a permission of their own.
    if (call.token.permissions.workflows !== "write") {
      throw new Refusal("forbidden", "Resource not accessible by integration");
    }
  }
  const content = Buffer.from(text(call.body, "content"), "base64");
  const made = await commitFiles(repository.dir, {
    ...{ parent, files: { [path]: content }, message: text(call.body, "message") },
    author: personOf(call.actor()),
  });
  await moveBranch(repository.dir, branch, made, parent ?? nobody);
  await noticePush(call.state.model, repository, call.actor());
  const entry = found(await history.entryAt(repository.dir, made, path));
  const commit = gitCommitOf(call.state, repository, await history.commitFacts(repository.dir, made));
  const body = { content: entryView(call, entry, path, branch), commit };
  return { status: there ? 200 : 201, body };
}

export const contentsOfGithub: Route[] = [
  route(`GET ${repo}/contents/{path}`, "read", "contents", read),
  route(`GET ${repo}/contents`, "read", "contents", read),
  route(`PUT ${repo}/contents/{path}`, "write", "contents", put),
];
