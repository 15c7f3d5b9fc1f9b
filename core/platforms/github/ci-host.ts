import type { Instant, Sha } from "../../domain/ids.ts";
import type { CiHost } from "../../ports/platform.ts";
import { statusWords } from "../_shared/status-words.ts";
import { shaped, unlessHidden } from "./answers.ts";
import { pageSize } from "./client.ts";
import { statusStates, type Verdict, verdictOfRun, verdictOfStatus } from "./convert.ts";
import { type GithubRepository, rulesOf } from "./repository.ts";
import * as shapes from "./shapes.ts";

/** Rules of a branch change seldom, and are asked for with every look at its checks. */
const requiredMsMax = 60_000;

/**
 * Verdicts of check runs and of commit statuses, which GitHub keeps apart and people see as one list.
 *
 * @param base the branch whose rules say which verdicts are required
 */
export function githubCi(repository: GithubRepository, base: string): CiHost {
  const { client, at } = repository;
  let known: { names: readonly string[]; until: Instant } | null = null;

  async function requiredNow(): Promise<readonly string[]> {
    if (known && known.until > repository.now()) return known.names;
    const names = (await requiredChecks(repository, base)) ?? [];
    known = { names, until: repository.now() + requiredMsMax };
    return names;
  }

  return {
    async checks(sha) {
      const verdicts = await verdictsOn(repository, sha);
      if (verdicts.length === 0) return [];
      const required = await requiredNow();
      return verdicts.map(({ name, state, url }) => ({
        name,
        state,
        required: required.includes(name),
        url,
      }));
    },
    requiredChecks: (branch) => requiredChecks(repository, branch),
    async unreported(checks) {
      const names = new Set(checks.map(({ name }) => name));
      return (await requiredNow()).filter((name) => !names.has(name));
    },
    async reportStatus(sha, name, { state, words, url }) {
      await client.on("reportStatus").repos.createCommitStatus({
        ...{ ...at, sha, context: name, state: statusStates[state], description: statusWords(words) },
        ...(url === null ? {} : { target_url: url }),
      });
    },
  };
}

async function verdictsOn({ client, at }: GithubRepository, ref: Sha): Promise<Verdict[]> {
  const operation = "checks";
  const { checks, repos } = client.on(operation);
  const asked = { ...at, ref, per_page: pageSize };
  const runs = await client.all(
    operation,
    client.pages(operation)(checks.listForRef, asked),
    shapes.checkRun,
  );
  const combined = client.pages(operation)(repos.getCombinedStatusForRef, asked);
  const statuses = await client.all(operation, statusesIn(combined), shapes.status);
  return newest([...runs.map(verdictOfRun), ...statuses.map(verdictOfStatus)]);
}

/** Octokit leaves this list inside its object. */
async function* statusesIn(pages: AsyncIterable<{ data: unknown }>): AsyncGenerator<{ data: unknown }> {
  for await (const { data } of pages) {
    yield { data: shaped("checks", shapes.combinedStatus, data).statuses };
  }
}

/** Each name once, in the order in which the names first came. */
export function newest(verdicts: readonly Verdict[]): Verdict[] {
  const byName = new Map<string, Verdict>();
  for (const verdict of verdicts) {
    const other = byName.get(verdict.name);
    if (!other || isNewer(verdict, other)) byName.set(verdict.name, verdict);
  }
  return [...byName.values()];
}

function isNewer(one: Verdict, other: Verdict): boolean {
  if (one.at !== other.at) return one.at > other.at;
  // Ids grow; more digits are a greater number.
  return one.id.length === other.id.length ? one.id > other.id : one.id.length > other.id.length;
}

/**
 * Names from the rules that hold for the branch and from its protection, which GitHub keeps apart; null where
 * neither is shown. A branch that does not exist has no protection, but rules may wait for it.
 */
async function requiredChecks(repository: GithubRepository, branch: string): Promise<string[] | null> {
  const operation = "requiredChecks";
  const rules = await rulesOf(repository, operation, branch);
  const classic = await protectedBy(repository, operation, branch);
  if (rules === null && classic === null) return null;
  const ruled = (rules ?? []).flatMap(({ type, parameters }) =>
    type === "required_status_checks" ? (parameters?.required_status_checks ?? []) : [],
  );
  return [...new Set([...ruled.map(({ context }) => context), ...(classic ?? [])])];
}

/**
 * The branch itself tells which checks its protection requires, as far as it is shown; the protection needs
 * rights of an administrator.
 */
async function protectedBy(
  { client, at }: GithubRepository,
  operation: string,
  branch: string,
): Promise<string[] | null> {
  const { repos } = client.on(operation);
  const found = await unlessHidden(
    repos.getBranch({ ...at, branch }).then(({ data }) => shaped(operation, shapes.branch, data)),
  );
  if (found === null) return null;
  const told = found.protection?.required_status_checks?.contexts;
  if (!found.protected || (told && told.length > 0)) return told ?? [];
  const protection = await unlessHidden(
    repos
      .getStatusChecksProtection({ ...at, branch })
      .then(({ data }) => shaped(operation, shapes.requiredStatusChecks, data)),
  );
  return protection?.contexts ?? told ?? null;
}
