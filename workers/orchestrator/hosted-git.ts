import { plainGitConnection } from "@tamma/core/domain/platform/connection.ts";
import type { KnownRepository } from "@tamma/core/domain/repository/state.ts";
import type { GitAccess, GitRight } from "@tamma/core/ports/git-access.ts";
import type { PlatformRepositories } from "@tamma/core/ports/platform-repository.ts";
import type { Answer } from "../rpc.ts";
import { onPlatform } from "./platform-answer.ts";
import { ok } from "./refusal.ts";

/** What lets a runner's git in for one job; null on plain Git, and for a repository that is unknown. */
export async function hostedGit(
  repositories: PlatformRepositories,
  known: KnownRepository | null,
  right: GitRight,
): Promise<Answer<GitAccess | null>> {
  if (!known || known.repository.connection === plainGitConnection) return ok(null);
  return onPlatform(async () => {
    const platform = await repositories.at(known.repository);
    return ok(await platform.gitAccess(right));
  });
}
