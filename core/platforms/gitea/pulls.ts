import { PlatformError } from "../../ports/platform.ts";
import type { ApiPath } from "../_shared/api.ts";
import { type Connection, get, within } from "./connection.ts";
import { headBranchOf, isFork, type Pull } from "./convert.ts";
import * as shapes from "./shapes.ts";

/** So far back the pull requests of a branch are looked for. */
const pullsMax = 1_000;

export function pullOf({ api, at }: Connection, number: number): Promise<Pull> {
  return api.ask(get("pullRequest", at`/pulls/${number}`), shapes.pullRequest);
}

/**
 * The newest pull request whose head is this branch of the repository itself; null when there is none. Gitea
 * has no search by head alone, and lists the newest first.
 */
export async function newestOf(
  { at, each }: Connection,
  branch: string,
  state: "open" | "all",
): Promise<Pull | null> {
  const request = { operation: "pullRequests", path: at`/pulls`, query: { state } };
  let seen = 0;
  for await (const pull of each(request, shapes.listOf(shapes.pullRequest))) {
    if (headBranchOf(pull) === branch && !isFork(pull)) return pull;
    seen += 1;
    if (seen >= pullsMax) break;
  }
  return null;
}

/** The head of a branch; null: no such branch. */
export async function headOf(connection: Connection, branch: string): Promise<string | null> {
  return (await branchOf(connection, branch))?.commit?.id ?? null;
}

/** A branch with what protects it, as far as everybody may see; null: no such branch. */
export function branchOf({ api, at }: Connection, branch: string) {
  return api.find(get("branch", within(at`/branches`, branch)), shapes.branch);
}

/** What was named is not there. */
export function missing(operation: string, what: string): PlatformError {
  return new PlatformError({ kind: "not-found", operation, message: `there is no ${what}` });
}

/** Where two branches or commits are compared: what `head` has that `base` has not. */
export function comparedPath({ at }: Connection, base: string, head: string): ApiPath {
  return within(at`/compare`, `${base}...${head}`);
}
