import { ProjectConfig } from "@tamma/core/domain/project-config.ts";
import type { Issue, Repository, RepositorySettings } from "@tamma/core/protocol/rest.ts";
import type { AddRepository, Answer, Caller, NewIssue } from "../rpc.ts";
import { sha256Hex } from "./cipher.ts";
import { accountHub, repoCoordinator } from "./objects.ts";
import { allRepositories, type Parts, repositoryAt } from "./parts.ts";
import { refuse } from "./refusal.ts";

/** Repositories and, on plain Git, their issues. */

/** The connection of everything that is only a Git remote. */
const plainGitConnection = "plain-git";

export async function addRepository(
  parts: Parts,
  caller: Caller,
  input: AddRepository,
): Promise<Answer<Repository>> {
  const { url, defaultBranch } = input;
  if (holdsPassword(url))
    return refuse(
      422,
      "password-in-address",
      "the address of the repository holds a password or token",
      "give the address without it, and let git's credential helper know it on the runner's machine",
    );
  // The id follows from the address, so adding it twice gives the same repository.
  const id = sha256Hex(url.replace(/\/+$/, "")).slice(0, 12);
  const config = ProjectConfig.safeParse(input.config ?? {});
  if (!config.success)
    return refuse(
      422,
      "bad-config",
      config.error.issues[0]?.message ?? "",
      "see the reference of .tamma.yml",
    );
  const name = input.name ?? nameOf(url);
  const repository = { connection: plainGitConnection, id, name, url, defaultBranch };
  const added = await repoCoordinator(parts.env, repository).add(caller, repository, config.data);
  if (added.ok) await accountHub(parts.env).list(caller, added.value);
  return added;
}

export async function listRepositories(parts: Parts): Promise<Repository[]> {
  return (await allRepositories(parts)).map((each) => each.repository);
}

export async function repositorySettings(parts: Parts, key: string): Promise<Answer<RepositorySettings>> {
  const found = await repositoryAt(parts, key);
  return found.ok ? found.value.coordinator.settings() : found;
}

export async function createIssue(
  parts: Parts,
  caller: Caller,
  key: string,
  input: NewIssue,
): Promise<Answer<Issue>> {
  const found = await repositoryAt(parts, key);
  return found.ok ? found.value.coordinator.createIssueFor(caller, input) : found;
}

export async function listIssues(parts: Parts, key: string): Promise<Answer<Issue[]>> {
  const found = await repositoryAt(parts, key);
  return found.ok ? { ok: true, value: await found.value.coordinator.listIssues() } : found;
}

export async function getIssue(parts: Parts, key: string, number: number): Promise<Answer<Issue>> {
  const found = await repositoryAt(parts, key);
  return found.ok ? found.value.coordinator.getIssue(number) : found;
}

/** An address is shown on pages and stands in the record; a user's name alone (`ssh://git@`) is no secret. */
function holdsPassword(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, password, protocol } = new URL(url);
  return password !== "" || (username !== "" && /^https?:$/.test(protocol));
}

/** The last part of the address, as people call the repository. */
function nameOf(url: string): string {
  const last = url
    .replace(/\/+$/, "")
    .replace(/\.git$/, "")
    .split(/[/:\\]/)
    .at(-1);
  return last || "repository";
}
