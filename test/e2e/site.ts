import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { appendFileSync, cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ensureAction } from "../../scripts/build/action.ts";
import { createSample } from "../../server/sample/create.ts";
import { type Api, apiOf, type Json, numberIn, textIn } from "../contracts/conformance/real-api.ts";

const run = promisify(execFile);

/** A Gitea, seen by its administrator: everything here is its public API, and git over HTTP. */
export interface Site {
  readonly owner: string;
  readonly version: string;
  readonly admin: Api;
}

/** @throws Error when the token is not an administrator's */
export async function openSite(url: string, token: string): Promise<Site> {
  const admin = apiOf("gitea", url, token);
  const me = (await admin.call("GET", "/user")) as Json;
  const version = textIn(await admin.call("GET", "/version"), "version");
  return { admin, owner: textIn(me, "login"), version };
}

export interface Bot {
  readonly login: string;
  readonly token: string;
}

/** An account of Tamma's own with a token that may do what Tamma does, and no more. */
export async function makeBot({ admin }: Site, url: string): Promise<Bot> {
  const login = `tamma-${randomBytes(4).toString("hex")}`;
  const password = randomBytes(24).toString("base64url");
  const email = `${login}@noreply.example.org`;
  await admin.call("POST", "/admin/users", {
    ...{ username: login, email, password, must_change_password: false },
  });
  // Gitea gives tokens to those who show a password, and to nobody else.
  const basic = Buffer.from(`${login}:${password}`).toString("base64");
  const answer = await fetch(`${url}/api/v1/users/${login}/tokens`, {
    method: "POST",
    headers: { authorization: `Basic ${basic}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "tamma", scopes: ["write:repository", "write:issue", "read:user"] }),
  });
  if (!answer.ok) throw new Error(`no token for ${login}: ${answer.status} ${await answer.text()}`);
  return { login, token: textIn(await answer.json(), "sha1") };
}

/**
 * A repository with the sample project in it, which the bot administrates; `owner/name`.
 *
 * @param settings more lines of its `.tamma.yml`
 * @param addTo puts more into its folder
 */
export async function makeRepository(
  site: Site,
  at: { url: string; bot: string; folder: string },
  settings: readonly string[],
  addTo: (folder: string) => void,
): Promise<string> {
  const { admin } = site;
  const fullName = await newRepository(site, { private: true });
  await admin.call("PUT", `/repos/${fullName}/collaborators/${at.bot}`, { permission: "admin" });
  await createSample(at.folder);
  appendFileSync(`${at.folder}/.tamma.yml`, settings.map((line) => `${line}\n`).join(""));
  addTo(at.folder);
  await push(site, { ...at, fullName, message: "Say how it is worked on here" });
  return fullName;
}

/** A public repository with the runner's action and its bundle; what a workflow's `uses` says. */
export async function publishAction(site: Site, at: { url: string; folder: string }): Promise<string> {
  const root = join(import.meta.dirname, "../..");
  await ensureAction(root);
  const fullName = await newRepository(site, { private: false });
  mkdirSync(join(at.folder, "runner"), { recursive: true });
  for (const part of ["action.yml", "dist"])
    cpSync(join(root, "runner", part), join(at.folder, "runner", part), { recursive: true });
  await run("git", ["init", "--quiet", "--initial-branch", "main"], { cwd: at.folder });
  const commit = await push(site, { ...at, fullName, message: "The action of Tamma's runner" });
  return `${at.url}/${fullName}/runner@${commit}`;
}

async function newRepository({ admin }: Site, visible: { private: boolean }): Promise<string> {
  const name = `tamma-e2e-${randomBytes(4).toString("hex")}`;
  const made = await admin.call("POST", "/user/repos", { name, ...visible, default_branch: "main" });
  return textIn(made, "full_name");
}

/** Commits all of the folder and pushes it as the owner; the commit. */
async function push(
  { admin, owner }: Site,
  to: { url: string; folder: string; fullName: string; message: string },
): Promise<string> {
  const basic = Buffer.from(`${owner}:${admin.token}`).toString("base64");
  const env = {
    ...{ PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" },
    ...{ GIT_AUTHOR_NAME: owner, GIT_AUTHOR_EMAIL: `${owner}@noreply.example.org` },
    ...{ GIT_COMMITTER_NAME: owner, GIT_COMMITTER_EMAIL: `${owner}@noreply.example.org` },
    ...{ GIT_TERMINAL_PROMPT: "0", GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "http.extraHeader" },
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
  };
  const git = (...args: string[]) => run("git", args, { cwd: to.folder, env });
  await git("add", "--all", "--force");
  await git("commit", "--quiet", "-m", to.message);
  await git("push", "--quiet", `${to.url}/${to.fullName}.git`, "main");
  return (await git("rev-parse", "HEAD")).stdout.trim();
}

/** Merges the pull request that proposes the workflow. */
export async function mergeProposal({ admin }: Site, repository: string): Promise<void> {
  const all = await admin.list(`/repos/${repository}/pulls?state=open`);
  const proposal = all.find(({ head }) => textIn(head, "ref") === "tamma/set-up");
  if (proposal === undefined) throw new Error("`tamma repos add --workflow` proposed nothing");
  const path = `/repos/${repository}/pulls/${numberIn(proposal, "number")}`;
  await admin.call("POST", `${path}/merge`, { Do: "merge", delete_branch_after_merge: true });
}

/** An issue with the label that is Tamma's sign; its number. */
export async function openLabelled(
  { admin }: Site,
  repository: string,
  issue: { title: string; body: string },
): Promise<number> {
  const repo = `/repos/${repository}`;
  const number = numberIn(await admin.call("POST", `${repo}/issues`, issue), "number");
  const label = (await admin.list(`${repo}/labels`)).find(({ name }) => name === "tamma");
  if (label === undefined) throw new Error("`tamma repos add` made no label there");
  await admin.call("POST", `${repo}/issues/${number}/labels`, { labels: [numberIn(label, "id")] });
  return number;
}

/**
 * Where Tamma asks about this issue and the owner has not answered yet: the number of the issue or of its
 * pull request; null when it asks nothing.
 */
export async function askedAt(site: Site, repository: string, issue: number): Promise<number | null> {
  const repo = `/repos/${repository}`;
  const pull = await pullOf(site, repository, issue);
  for (const number of [...(pull === null ? [] : [numberIn(pull, "number")]), issue]) {
    const said = ((await site.admin.call("GET", `${repo}/issues/${number}/comments`)) ?? []) as Json[];
    const last = (fits: (comment: Json) => boolean) => said.findLastIndex(fits);
    const own = last(({ user }) => textIn(user, "login") === site.owner);
    if (last((comment) => textIn(comment, "body").includes("**Needs you")) > own) return number;
  }
  return null;
}

/** The pull request about this issue; null: there is none. Without its branch only the label names it. */
export async function pullOf({ admin }: Site, repository: string, issue: number): Promise<Json | null> {
  const all = await admin.list(`/repos/${repository}/pulls?state=all`);
  return all.find(({ head }) => textIn(head, "label").startsWith(`tamma/${issue}-`)) ?? null;
}

/** What is not yet as it has to be after the merge; empty when all is done. */
export async function undone(site: Site, repository: string, issue: number): Promise<string[]> {
  const { admin } = site;
  const pull = await pullOf(site, repository, issue);
  const issueNow = await admin.call("GET", `/repos/${repository}/issues/${issue}`);
  const branches = (await admin.list(`/repos/${repository}/branches`)).map((branch) =>
    textIn(branch, "name"),
  );
  const left = branches.filter((name) => name !== "main");
  return [
    ...(pull?.merged === true ? [] : ["the pull request is not merged"]),
    ...(textIn(issueNow, "state") === "closed" ? [] : ["the issue is not closed"]),
    ...(left.length === 0 ? [] : [`there is still ${left.join(", ")}`]),
  ];
}

/** Takes away what was made there. */
export async function removeAll(
  { admin }: Site,
  made: { repositories: readonly string[]; bot: string | null },
): Promise<void> {
  for (const repository of made.repositories) await admin.call("DELETE", `/repos/${repository}`);
  if (made.bot) await admin.call("DELETE", `/admin/users/${made.bot}?purge=true`);
}
