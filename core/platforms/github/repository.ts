import type { z } from "zod";
import type { Instant, Sha } from "../../domain/ids.ts";
import type { PlatformUser } from "../../domain/platform/webhook.ts";
import type { Permission } from "../../ports/platform-reading.ts";
import { answeredWith, shaped, unlessHidden } from "./answers.ts";
import { type GithubClient, type Pages, pageSize } from "./client.ts";
import * as shapes from "./shapes.ts";

/** One repository, and who asks: what every service of the adapter needs. */
export interface GithubRepository {
  readonly client: GithubClient;
  readonly at: { readonly owner: string; readonly repo: string };
  /** Who writes; asked for once. */
  readonly me: () => Promise<PlatformUser>;
  /** What the access may do; null: as the repository says itself. */
  readonly permission: (() => Promise<Permission>) | null;
  readonly now: () => Instant;
  readonly pause: (ms: number) => Promise<void>;
}

export type Comment = z.infer<typeof shapes.comment>;
export type Pull = z.infer<typeof shapes.pullRequest>;

/** @throws PlatformError `not-found` */
export async function getPull(
  repository: GithubRepository,
  operation: string,
  number: number,
): Promise<Pull> {
  const { client, at } = repository;
  const { data } = await client.on(operation).pulls.get({ ...at, pull_number: number });
  return shaped(operation, shapes.pullRequest, data);
}

/** The head of a branch; null when there is no such branch, or no commit at all. */
export async function headOf(
  { client, at }: GithubRepository,
  operation: string,
  branch: string,
): Promise<Sha | null> {
  try {
    const { data } = await client.on(operation).git.getRef({ ...at, ref: `heads/${branch}` });
    return shaped(operation, shapes.reference, data).object.sha;
  } catch (error) {
    // 409: the repository is empty.
    if (answeredWith(error, 404, 409)) return null;
    throw error;
  }
}

/** Pages of an issue's or a pull request's conversation, the oldest first. `since`: of the last change. */
export function conversation(
  { client, at }: GithubRepository,
  operation: string,
  number: number,
  since: Instant | null = null,
): Pages {
  return client.pages(operation)(client.on(operation).issues.listComments, {
    ...{ ...at, issue_number: number, per_page: pageSize },
    ...(since === null ? {} : { since: new Date(since).toISOString() }),
  });
}

/**
 * Rules that hold for a branch; null where the server does not know of rules, or does not show them: private
 * repositories of free accounts answer with 403.
 */
export async function rulesOf({ client, at }: GithubRepository, operation: string, branch: string) {
  const pages = client.pages(operation)("GET /repos/{owner}/{repo}/rules/branches/{branch}", {
    ...{ ...at, branch, per_page: pageSize },
  });
  return unlessHidden(client.all(operation, pages, shapes.rule));
}
