import type { Mergeability } from "../../ports/platform-reading.ts";
import { fitsPattern } from "../_shared/gitea-like/status-pattern.ts";
import { patternsOf, statusesOf } from "./ci-host.ts";
import type { Connection } from "./connection.ts";
import { checksOf, isDraft, type Pull } from "./convert.ts";
import { branchOf, pullOf } from "./pulls.ts";
import { reviewsOf } from "./threads.ts";

/** Gitea finds out whether there are conflicts within seconds after something changed. */
const checkPauseMs = 2_000;
/** What changed so lately may still be looked at. */
const freshMs = 30_000;

/**
 * `mergeable` is false for a draft, for a conflict, and while Gitea has not found out; only the first one can
 * be told apart at once.
 */
export async function mergeabilityOf(connection: Connection, number: number): Promise<Mergeability> {
  const pull = await checked(connection, number);
  if (pull.merged) return { state: "blocked", why: "it is merged" };
  if (pull.state === "closed") return { state: "blocked", why: "it is closed" };
  if (isDraft(pull)) return { state: "draft", why: null };
  if (!pull.mergeable) {
    const isFresh = connection.now() - (pull.updated_at ?? 0) < freshMs;
    return { state: isFresh ? "checking" : "conflict", why: null };
  }
  const why = await ruleNotMet(connection, pull);
  return why === null ? { state: "ready", why } : { state: "blocked", why };
}

async function checked(connection: Connection, number: number): Promise<Pull> {
  const pull = await pullOf(connection, number);
  if (pull.mergeable || pull.merged || pull.state === "closed" || isDraft(pull)) return pull;
  await connection.pause(checkPauseMs);
  return pullOf(connection, number);
}

/** The first rule of the base branch that is not met, as far as everybody may see its rules. */
async function ruleNotMet(connection: Connection, pull: Pull): Promise<string | null> {
  const base = await branchOf(connection, pull.base.ref);
  if (!base?.protected) return null;
  if (base.user_can_merge === false) return `${(await connection.me()).login} may not merge into it`;
  const check = await checkNotMet(connection, pull.head.sha, patternsOf(base));
  if (check !== null) return check;
  const wanted = base.required_approvals ?? 0;
  if (wanted === 0) return null;
  const approvals = (await reviewsOf(connection, pull.number)).filter(
    ({ state, official, dismissed }) => state === "APPROVED" && official && !dismissed,
  );
  const people = new Set(approvals.map(({ user }) => user.id)).size;
  return people < wanted ? `${people} of ${wanted} approvals` : null;
}

/** What each of the patterns wants: that a status is there, and all that fit have passed. */
async function checkNotMet(
  connection: Connection,
  sha: string,
  patterns: readonly string[],
): Promise<string | null> {
  if (patterns.length === 0) return null;
  const checks = checksOf(await statusesOf(connection, sha), () => true);
  for (const pattern of patterns) {
    const named = checks.filter(({ name }) => fitsPattern(pattern, name));
    if (named.length === 0) return `nobody has reported "${pattern}"`;
    const open = named.find(({ state }) => state !== "passed");
    if (open) return `"${open.name}" is ${open.state}`;
  }
  return null;
}
