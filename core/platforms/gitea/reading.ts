import type { PlatformUser } from "../../domain/platform/webhook.ts";
import { PlatformError } from "../../ports/platform.ts";
import type { Permission, PlatformReading } from "../../ports/platform-reading.ts";
import { briefly } from "../_shared/briefly.ts";
import { withoutMarker } from "../_shared/marker.ts";
import { commentsSince } from "./all-comments.ts";
import { type Connection, get } from "./connection.ts";
import {
  commentOf,
  permissionOf as permissionIn,
  pullRequestOf,
  repositoryOf,
  reviewOf,
  rulesOf,
} from "./convert.ts";
import { fileOf } from "./file.ts";
import { commentsOf } from "./keyed-comments.ts";
import { mergeabilityOf } from "./mergeability.ts";
import { branchOf, comparedPath, headOf, newestOf } from "./pulls.ts";
import * as shapes from "./shapes.ts";
import { reviewsOf, threadOf, threadsOf } from "./threads.ts";

/** Comments of an issue that a loop is told; older ones are seldom about what is to be done. */
const issueCommentsMax = 100;

/**
 * Who asks for a loop is mostly the author of its issue, and asked about a moment before. What an author may
 * do decides nothing; what somebody wants to do is always asked anew.
 */
const permissionMsMax = 10_000;

export function giteaReading(connection: Connection): PlatformReading {
  const { api, at, me } = connection;
  const permission = briefly(connection.now, permissionMsMax, (login) => permissionFor(connection, login));
  const ahead = async (base: string, head: string) =>
    (await api.ask(get("compare", comparedPath(connection, base, head)), shapes.compared)).total_commits;
  return {
    me,
    repository: async () => {
      const now = await api.ask(get("repository", at``), shapes.repository);
      connection.standing.note("default branch", now.default_branch);
      return repositoryOf(now);
    },
    permissionOf: permission.now,
    issue: (number) => issueNow(connection, number, permission.lately),
    issuesWith: (label) => issuesWith(connection, label),
    labelledBy: (number, label) => labelledBy(connection, number, label),
    comments: async (number, since) => {
      const self = await me();
      return (await commentsOf(connection, number, since)).map((comment) => commentOf(comment, self));
    },
    commentsSince: (since) => commentsSince(connection, since),
    closedBy: (number) => closedBy(connection, number),
    pullRequest: async (number) => {
      const pull = await api.find(get("pullRequest", at`/pulls/${number}`), shapes.pullRequest);
      return pull === null ? null : pullRequestOf(pull);
    },
    pullRequestOf: async (branch) => {
      const pull = await newestOf(connection, branch, "all");
      return pull === null ? null : pullRequestOf(pull);
    },
    reviews: async (number) => {
      const self = await me();
      const reviews = (await reviewsOf(connection, number)).map((review) => reviewOf(review, self));
      return reviews.filter((review) => review !== null);
    },
    threads: async (number) => {
      const self = await me();
      return (await threadsOf(connection, number)).map((thread) => threadOf(thread, self));
    },
    mergeability: (number) => mergeabilityOf(connection, number),
    headOf: (branch) => headOf(connection, branch),
    branchRules: async (name) => {
      const branch = await branchOf(connection, name);
      return branch === null ? null : rulesOf(branch);
    },
    file: async (path, ref) => (await fileOf(connection, path, ref))?.text ?? null,
    compare: async (base, head) => ({ ahead: await ahead(base, head), behind: await ahead(head, base) }),
  };
}

/**
 * @throws PlatformError `forbidden` where the token's account is no administrator of the repository: Gitea
 * tells others only what they may do themselves (routers/api/v1/repo/collaborators.go).
 */
async function permissionFor({ api, at }: Connection, login: string): Promise<Permission> {
  // No account has such a name, and no address can hold it.
  if (/^\.{0,2}$/.test(login)) return "none";
  const request = get("permissionOf", at`/collaborators/${login}/permission`);
  const told = await api.find(request, shapes.permission);
  return told === null ? "none" : permissionIn(told.permission);
}

async function issueNow(
  connection: Connection,
  number: number,
  permissionOf: PlatformReading["permissionOf"],
) {
  const { api, at } = connection;
  const issue = await api.find(get("issue", at`/issues/${number}`), shapes.issue);
  if (issue === null || (issue.pull_request ?? null) !== null) return null;
  const all = issue.comments === 0 ? [] : await commentsOf(connection, number, null);
  const comments = all.slice(-issueCommentsMax);
  const mayWrite = writersAmong(permissionOf);
  const told = [];
  for (const { user, body, created_at: at } of comments)
    told.push({ author: user.login, mayWrite: await mayWrite(user), body: withoutMarker(body), at });
  return {
    ...{ id: issue.id, number: issue.number, title: issue.title, body: withoutMarker(issue.body) },
    ...{ author: issue.user.login, mayWrite: await mayWrite(issue.user), url: issue.html_url },
    ...{ labels: issue.labels.map(({ name }) => name), open: issue.state === "open", comments: told },
  };
}

/** Asks once per author; undefined where the token may not ask. */
function writersAmong(
  permissionOf: PlatformReading["permissionOf"],
): (user: PlatformUser) => Promise<boolean | undefined> {
  const known = new Map<string, Promise<boolean | undefined>>();
  const ask = async ({ login }: PlatformUser) => {
    try {
      const permission = await permissionOf(login);
      return permission === "write" || permission === "admin";
    } catch (error) {
      if (error instanceof PlatformError && error.kind === "forbidden") return undefined;
      throw error;
    }
  };
  return (user) => {
    // Accounts that are gone, and Gitea's own, write nothing that counts.
    if (Number(user.id) <= 0) return Promise.resolve(false);
    const answer = known.get(user.id) ?? ask(user);
    known.set(user.id, answer);
    return answer;
  };
}

/** Labels come and go in the issue's timeline, where "1" says that it came (models/issues/label.go). */
async function labelledBy({ all, at }: Connection, number: number, label: string) {
  const entries = await all(
    { operation: "labelledBy", path: at`/issues/${number}/timeline`, gaps: true },
    shapes.listOf(shapes.timelineEntry),
  );
  const last = entries.findLast((entry) => entry.type === "label" && entry.label?.name === label);
  return last?.body === "1" ? { ...last.user, at: last.created_at } : null;
}

/** No answer about an issue names who closed it, but its timeline does. */
async function closedBy({ all, at }: Connection, number: number) {
  const entries = await all(
    { operation: "closedBy", path: at`/issues/${number}/timeline`, gaps: true },
    shapes.listOf(shapes.timelineEntry),
  );
  const last = entries.findLast(({ type }) => type === "close" || type === "reopen");
  return last?.type === "close" && Number(last.user.id) > 0 ? last.user : null;
}

/** A label that nobody made is no condition to Gitea, so what comes is looked at again. */
async function issuesWith({ all, at }: Connection, label: string) {
  const query = { state: "open", type: "issues", labels: label };
  const issues = await all(
    { operation: "issuesWith", path: at`/issues`, query },
    shapes.listOf(shapes.issue),
  );
  return issues
    .filter(
      (issue) => (issue.pull_request ?? null) === null && issue.labels.some(({ name }) => name === label),
    )
    .sort((a, b) => a.number - b.number)
    .map(({ number, title }) => ({ number, title }));
}
