import { repositoryNameOf } from "@tamma/core/domain/ids.ts";
import type { RunnerPass } from "../rpc.ts";
import type { OrchestratorEnv } from "./env.ts";
import { accountHub, type RepoCoordinatorRpc, repoCoordinator } from "./objects.ts";

/** Which repositories a runner's question for a job goes to. They are named `<connection>/<id>` here. */

/** Runners remembered per instance; a forgotten one begins at the first repository. */
const runnersMax = 1_000;

/**
 * @param loop whose jobs alone are asked for; null: any
 * @param scope what a run of CI was let in for; null: everything
 * @param among only these; null: all
 */
export async function repositoriesFor(
  env: OrchestratorEnv,
  loop: string | null,
  scope: RunnerPass["scope"],
  among: readonly string[] | null,
): Promise<readonly string[]> {
  if (scope) return within(`${scope.connection}/${scope.repository}`, among);
  if (loop !== null) {
    const repository = repositoryNameOf(loop);
    return repository === null ? [] : within(repository, among);
  }
  if (among !== null) return among;
  const all = await accountHub(env).repositories();
  return all.map(({ connection, id }) => `${connection}/${id}`);
}

function within(repository: string, among: readonly string[] | null): string[] {
  return among === null || among.includes(repository) ? [repository] : [];
}

export function coordinatorNamed(env: OrchestratorEnv, repository: string): RepoCoordinatorRpc {
  const [connection = "", id = ""] = repository.split("/");
  return repoCoordinator(env, { connection, id });
}

const servedLast = new Map<string, string>();

/** The runner got a job of this repository. */
export function served(runner: string, repository: string): void {
  if (servedLast.size >= runnersMax) servedLast.clear();
  servedLast.set(runner, repository);
}

/** The one that gave the last job comes last: a busy repository would get all of a runner's time. */
export function inTurn(runner: string, repositories: readonly string[]): readonly string[] {
  const after = repositories.indexOf(servedLast.get(runner) ?? "") + 1;
  return [...repositories.slice(after), ...repositories.slice(0, after)];
}
