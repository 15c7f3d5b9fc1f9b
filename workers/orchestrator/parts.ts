import { routeOf } from "@tamma/core/domain/ids.ts";
import type { Repository } from "@tamma/core/protocol/rest.ts";
import type { Answer } from "../rpc.ts";
import { type BlobStore, r2BlobStore } from "./blob-store.ts";
import { aesCipher, type Cipher } from "./cipher.ts";
import { d1Copy } from "./d1-log.ts";
import type { OrchestratorEnv } from "./env.ts";
import type { LogCopy } from "./log-copy.ts";
import {
  accountHub,
  type IssueLoopRpc,
  issueLoop,
  type RepoCoordinatorRpc,
  repoCoordinator,
} from "./objects.ts";
import { redactionOf } from "./redaction.ts";
import { ok, refuse } from "./refusal.ts";

/** What every method of the entrypoint works with: the bindings, and ways to the object that owns a thing. */
export interface Parts {
  env: OrchestratorEnv;
  cipher: Cipher;
  blobs: BlobStore;
  d1: LogCopy;
  redact: (text: string) => string;
  keepAlive(promise: Promise<unknown>): void;
}

export function partsOf(env: OrchestratorEnv, keepAlive: Parts["keepAlive"]): Parts {
  const cipher = aesCipher(env.TAMMA_MASTER_KEY);
  return {
    ...{ env, cipher, keepAlive },
    blobs: r2BlobStore(env.BLOBS, cipher),
    d1: d1Copy(env.DB),
    redact: redactionOf(env).text,
  };
}

/** The object that owns the loop, job, checkpoint or turn with this id; a refusal when it is no such id. */
export function ownerOf({ env }: Parts, id: string): Answer<{ object: IssueLoopRpc; loop: string }> {
  const route = routeOf(id);
  if (!route)
    return refuse(400, "bad-id", `${id} is no id of a loop or job`, "take the id from `tamma status`");
  return ok({ object: issueLoop(env, route.name), loop: route.loop });
}

/** The coordinator of the repository with this id or name. */
export async function repositoryAt(
  { env }: Parts,
  key: string,
): Promise<Answer<{ repository: Repository; coordinator: RepoCoordinatorRpc }>> {
  const repository = await accountHub(env).findRepository(key);
  if (!repository)
    return refuse(
      404,
      "unknown-repository",
      `there is no repository ${key}`,
      "add it with `tamma repos add`",
    );
  return ok({ repository, coordinator: repoCoordinator(env, repository) });
}

/** The coordinators of all repositories. */
export async function allRepositories({
  env,
}: Parts): Promise<{ repository: Repository; coordinator: RepoCoordinatorRpc }[]> {
  const repositories = await accountHub(env).repositories();
  return repositories.map((repository) => ({ repository, coordinator: repoCoordinator(env, repository) }));
}
