import type { z } from "zod";
import type { Instant } from "../../domain/ids.ts";
import type { CiHost } from "../../ports/platform.ts";
import { fitsPattern } from "../_shared/gitea-like/status-pattern.ts";
import { statusWords } from "../_shared/status-words.ts";
import type { Connection } from "./connection.ts";
import { checksOf, stateWordOf } from "./convert.ts";
import { branchOf } from "./pulls.ts";
import * as shapes from "./shapes.ts";

/** Rules of a branch change seldom, and are asked for with every look at its checks. */
const requiredMsMax = 60_000;

/** Verdicts on commits: Gitea has statuses, and no checks beside them. */
export function giteaCiHost(connection: Connection): CiHost {
  const { api, at } = connection;
  let known: { patterns: readonly string[]; until: Instant } | null = null;
  const requiredNow = async () => {
    if (known && known.until > connection.now()) return known.patterns;
    const patterns = (await requiredPatterns(connection, await connection.defaultBranch())) ?? [];
    known = { patterns, until: connection.now() + requiredMsMax };
    return patterns;
  };
  return {
    checks: async (sha) => {
      const statuses = await statusesOf(connection, sha);
      if (statuses.length === 0) return [];
      const patterns = await requiredNow();
      return checksOf(statuses, (name) => patterns.some((pattern) => fitsPattern(pattern, name)));
    },
    requiredChecks: (branch) => requiredPatterns(connection, branch),
    unreported: async (checks) =>
      (await requiredNow()).filter((pattern) => !checks.some(({ name }) => fitsPattern(pattern, name))),
    reportStatus: async (sha, context, { state, words, url }) => {
      const told = { context, state: stateWordOf(state), description: statusWords(words) };
      const body = { ...told, ...(url === null ? {} : { target_url: url }) };
      await api.tell({ operation: "reportStatus", method: "POST", path: at`/statuses/${sha}`, body });
    },
  };
}

/** Statuses of a commit, each context at least once. */
export function statusesOf({ all, at }: Connection, sha: string) {
  return all({ operation: "checks", path: at`/commits/${sha}/status` }, shapes.combinedStatus);
}

/** What `requiredChecks` answers; null: no such branch. */
async function requiredPatterns(connection: Connection, name: string): Promise<string[] | null> {
  const branch = await branchOf(connection, name);
  return branch === null ? null : patternsOf(branch);
}

/**
 * Patterns of the statuses without which nothing is merged (`fitsPattern`). A branch that wants statuses and
 * names none wants all of them to pass. They are asked of the branch, because its rules themselves are shown
 * to administrators only.
 */
export function patternsOf(branch: z.infer<typeof shapes.branch>): string[] {
  if (!branch.protected || !branch.enable_status_check) return [];
  return branch.status_check_contexts.length > 0 ? branch.status_check_contexts : ["*"];
}
