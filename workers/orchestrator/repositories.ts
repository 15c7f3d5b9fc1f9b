import { plainGitConnection } from "@tamma/core/domain/platform/connection.ts";
import { ProjectConfig } from "@tamma/core/domain/project-config.ts";
import type {
  AddedRepository,
  Issue,
  PlainRepository,
  Repository,
  RepositorySettings,
} from "@tamma/core/protocol/rest.ts";
import type { z } from "zod";
import type { AddRepository, Answer, Caller, NewIssue } from "../rpc.ts";
import { sha256Hex } from "./cipher.ts";
import { clearHosted, lookAtHosted, setUpHosted } from "./hosted-repository.ts";
import { accountHub, repoCoordinator } from "./objects.ts";
import { allRepositories, type Parts, repositoryAt } from "./parts.ts";
import { platformRepositories } from "./platform-repositories.ts";
import { ok, refuse } from "./refusal.ts";

/** Repositories and, on plain Git, their issues. */

export async function addRepository(
  parts: Parts,
  caller: Caller,
  input: AddRepository,
): Promise<Answer<AddedRepository>> {
  const config = ProjectConfig.safeParse(input.config ?? {});
  if (!config.success)
    return refuse(
      422,
      "bad-config",
      config.error.issues[0]?.message ?? "",
      "see the reference of .tamma.yml",
    );
  const hosted = platformRepositories(parts.env, true);
  const looked = "connection" in input ? await lookAtHosted(parts, hosted, input) : plainRepository(input);
  if (!looked.ok) return looked;
  const { repository } = looked.value;
  const added = await repoCoordinator(parts.env, repository).add(caller, repository, config.data);
  if (!added.ok) return added;
  const already = !(await accountHub(parts.env).list(caller, added.value));
  // Last, so that the first delivery finds its repository.
  const setUp =
    "connection" in input ? await setUpHosted(parts, hosted, caller, looked.value, input) : ok(null);
  if (setUp.ok) return ok({ ...added.value, already, setUp: setUp.value });
  const { status, code, message, todo } = setUp.refusal;
  const half = `${added.value.name} is added, but not set up to its end: ${message}`;
  return refuse(status, code, half, `${todo}; then give the same command again`);
}

export async function removeRepository(
  parts: Parts,
  caller: Caller,
  key: string,
): Promise<Answer<{ removed: string }>> {
  const found = await repositoryAt(parts, key);
  if (!found.ok) return found;
  const { repository, coordinator } = found.value;
  const { name } = repository;
  const live = await coordinator.liveLoops();
  if (live.length > 0)
    return refuse(
      409,
      "repository-busy",
      `${live.length} ${live.length === 1 ? "loop is" : "loops are"} under way in ${name}`,
      "let them end, or stop them with `tamma stop`",
    );
  const cleared =
    repository.connection === plainGitConnection ? ok(null) : await clearHosted(parts, repository);
  if (!cleared.ok) return cleared;
  await accountHub(parts.env).unlist(caller, repository);
  return ok({ removed: name });
}

function plainRepository({
  url,
  defaultBranch,
  name,
}: z.infer<typeof PlainRepository>): Answer<{ repository: Repository; webhooks: null }> {
  if (holdsPassword(url))
    return refuse(
      422,
      "password-in-address",
      "the address of the repository holds a password or token",
      "give the address without it, and let git's credential helper know it on the runner's machine",
    );
  // The id follows from the address, so adding it twice gives the same repository.
  const id = sha256Hex(url.replace(/\/+$/, "")).slice(0, 12);
  const repository = { connection: plainGitConnection, id, name: name ?? nameOf(url), url, defaultBranch };
  return ok({ repository, webhooks: null });
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
