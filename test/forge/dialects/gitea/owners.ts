import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { forkRepository } from "../../model/forking.ts";
import { protectBranches } from "../../model/git.ts";
import { addRepository, addToken, covers, permissionOf, putUser } from "../../model/model.ts";
import { found, Refusal } from "../../model/refusal.ts";
import type { Permission } from "../../model/types.ts";
import { maybeFlag, maybeList, maybeNumber, maybeText, text, texts } from "../../reading.ts";
import type { Answer, Call, Route } from "../../state.ts";
import { listAnswer, repo, route } from "./routes.ts";
import { protectionView } from "./view-ci.ts";
import { repositoryView, userView } from "./view-repository.ts";

/** What administrators and owners of Gitea do: accounts, tokens, repositories, members, protections. */

const area = "repository";

/** Without `auto_init` a new repository has no commit. */
async function createRepository(call: Call): Promise<Answer> {
  const name = `${call.actor().login}/${text(call.body, "name")}`;
  if (call.state.model.repositories.has(name.toLowerCase()))
    throw new Refusal("exists", "The repository with the same name already exists.");
  const made = await addRepository(call.state.model, {
    ...{ name, private: maybeFlag(call.body, "private") ?? false },
    defaultBranch: maybeText(call.body, "default_branch") || "main",
    ...(maybeFlag(call.body, "auto_init")
      ? { files: { "README.md": `# ${text(call.body, "name")}\n` } }
      : {}),
  });
  return { status: 201, body: repositoryView(call.state, made, call.actor()) };
}

async function removeRepository(call: Call): Promise<Answer> {
  const { fullName, dir } = call.repository();
  call.state.model.repositories.delete(fullName.toLowerCase());
  await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  return { status: 204 };
}

/** Also of an archived one, which could not come back otherwise. */
function changeRepository(call: Call): Answer {
  const repository = call.repository();
  if (!covers(permissionOf(repository, call.actor()), "admin"))
    throw new Refusal("forbidden", "user should be an owner of the repository");
  repository.archived = maybeFlag(call.body, "archived") ?? repository.archived;
  return { status: 200, body: repositoryView(call.state, repository, call.actor()) };
}

const permissions: readonly Permission[] = ["read", "write", "admin"];

function putMember(call: Call): Answer {
  const login = (call.params.collaborator ?? "").toLowerCase();
  const user = found(call.state.model.users.get(login), "The target couldn't be found.");
  const wanted = maybeText(call.body, "permission") || "write";
  const permission = permissions.find((one) => one === wanted);
  if (!permission) throw new Refusal("validation", "[Permission]: In");
  call.repository().collaborators.set(user.login.toLowerCase(), permission);
  return { status: 204 };
}

async function protect(call: Call): Promise<Answer> {
  const repository = call.repository();
  const branch = maybeText(call.body, "rule_name") || text(call.body, "branch_name");
  const checks = maybeFlag(call.body, "enable_status_check") ? texts(call.body, "status_check_contexts") : [];
  const approvals = maybeNumber(call.body, "required_approvals") ?? 0;
  const protection = { branch, checks, approvals, strict: false };
  repository.protections.set(branch, protection);
  await protectBranches(repository.dir, [...repository.protections.keys()]);
  return { status: 201, body: protectionView(call.state, protection) };
}

function createUser(call: Call): Answer {
  const { model } = call.state;
  const login = text(call.body, "username");
  if (model.users.has(login.toLowerCase()))
    throw new Refusal("validation", `user already exists [name: ${login}]`);
  const user = putUser(model, login);
  model.passwords.set(login.toLowerCase(), text(call.body, "password"));
  return { status: 201, body: userView(call.state, user) };
}

/** Without `purge` only an account that owns nothing. */
function removeUser(call: Call): Answer {
  const { model } = call.state;
  const login = (call.params.username ?? "").toLowerCase();
  const user = found(model.users.get(login), "The target couldn't be found.");
  const owns = [...model.repositories.values()].some(({ owner }) => owner === user);
  if (owns) throw new Refusal("validation", "user still has ownership of repositories");
  for (const [value, token] of model.tokens) if (token.user === user) model.tokens.delete(value);
  for (const { collaborators } of model.repositories.values()) collaborators.delete(login);
  model.users.delete(login);
  model.passwords.delete(login);
  return { status: 204 };
}

/** Only who shows his password gets a token, and only for himself. */
function createToken(call: Call): Answer {
  const user = call.actor();
  const basic = String(call.headers.authorization ?? "")
    .toLowerCase()
    .startsWith("basic ");
  if (!basic || user.login.toLowerCase() !== (call.params.username ?? "").toLowerCase())
    throw new Refusal("unauthenticated", "auth required");
  const scopes = (maybeList(call.body, "scopes") ?? []).map(String);
  if (scopes.length === 0) throw new Refusal("validation", "access token must have a scope");
  const value = randomBytes(20).toString("hex");
  addToken(call.state.model, value, { user: user.login, scopes });
  const shown = { id: call.state.model.nextId(), name: text(call.body, "name"), sha1: value, scopes };
  return { status: 201, body: { ...shown, token_last_eight: value.slice(-8) } };
}

export const ownersOfGitea: Route[] = [
  route("GET /user/repos", "user", "user", (call) => {
    const own = [...call.state.model.repositories.values()].filter(({ owner }) => owner === call.actor());
    return listAnswer(call, own, (one) => repositoryView(call.state, one, call.actor()));
  }),
  route("POST /user/repos", "user", "user", createRepository),
  route(`DELETE ${repo}`, "admin", area, removeRepository),
  route(`PATCH ${repo}`, "user", area, changeRepository),
  route(`PUT ${repo}/collaborators/{collaborator}`, "admin", area, putMember),
  route(`DELETE ${repo}/collaborators/{collaborator}`, "admin", area, (call) => {
    call.repository().collaborators.delete((call.params.collaborator ?? "").toLowerCase());
    return { status: 204 };
  }),
  route(`POST ${repo}/branch_protections`, "admin", area, protect),
  route(`POST ${repo}/forks`, "read", area, async (call) => {
    const copy = await forkRepository(call.state.model, call.repository().fullName, call.actor().login);
    return { status: 202, body: repositoryView(call.state, copy, call.actor()) };
  }),
  route("POST /admin/users", "user", "admin", createUser),
  route("DELETE /admin/users/{username}", "user", "admin", removeUser),
  route("POST /users/{username}/tokens", "user", "user", createToken),
];
