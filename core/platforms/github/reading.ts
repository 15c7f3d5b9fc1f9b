import { PlatformError } from "../../ports/platform.ts";
import type { IssueNow, Permission, PlatformReading } from "../../ports/platform-reading.ts";
import { briefly } from "../_shared/briefly.ts";
import { withoutMarker } from "../_shared/marker.ts";
import { answeredWith, orNull, shaped } from "./answers.ts";
import { branchRules } from "./branch-rules.ts";
import { pageSize } from "./client.ts";
import { pullWithHead } from "./code-host.ts";
import * as convert from "./convert.ts";
import { fileAt } from "./file.ts";
import { type Comment, conversation, type GithubRepository, getPull, headOf } from "./repository.ts";
import * as shapes from "./shapes.ts";
import { threadsOf } from "./threads.ts";

/** Each author costs a look-up, and what a model reads of a conversation is its end. */
const commentsMax = 50;

/**
 * Who asks for a loop is mostly the author of its issue, and asked about a moment before. What an author may
 * do decides nothing; what somebody wants to do is always asked anew.
 */
const permissionMsMax = 10_000;

/** What is looked up on GitHub. Source: GitHub Docs, "REST API". */
export function githubReading(repository: GithubRepository): PlatformReading {
  const { client, at } = repository;
  const permission = briefly(repository.now, permissionMsMax, (login) => permissionFor(repository, login));
  return {
    me: repository.me,
    repository: () => readRepository(repository),
    permissionOf: permission.now,
    issue: (number) => readIssue(repository, number, permission.lately),
    issuesWith: (label) => issuesWith(repository, label),
    // It has a list of deliveries that failed, which tell the same and more.
    labelledBy: async () => null,
    async comments(number, since) {
      const me = await repository.me();
      const pages = conversation(repository, "comments", number, since);
      const all = await client.all("comments", pages, shapes.comment);
      return all.map((comment) => convert.commentOf(comment, me));
    },
    // What was never delivered is asked for again, with everything else.
    commentsSince: async () => null,
    async closedBy(issue_number) {
      // A pull request is an issue too, and only as one it says this.
      const answer = await orNull(client.on("closedBy").issues.get({ ...at, issue_number }));
      return answer && (shaped("closedBy", shapes.issue, answer.data).closed_by ?? null);
    },
    async pullRequest(number) {
      const pull = await orNull(getPull(repository, "pullRequest", number));
      return pull && convert.pullRequestOf(pull);
    },
    async pullRequestOf(branch) {
      const pull = await pullWithHead(repository, "pullRequestOf", branch, "all");
      return pull && convert.pullRequestOf(pull);
    },
    async reviews(pull_number) {
      const me = await repository.me();
      const list = client.on("reviews").pulls.listReviews;
      const pages = client.pages("reviews")(list, { ...at, pull_number, per_page: pageSize });
      const all = await client.all("reviews", pages, shapes.review);
      return all.flatMap((review) => convert.reviewOf(review, me) ?? []);
    },
    threads: (number) => threadsOf(repository, number),
    mergeability: async (number) => convert.mergeabilityOf(await getPull(repository, "mergeability", number)),
    headOf: (branch) => headOf(repository, "headOf", branch),
    branchRules: (branch) => branchRules(repository, branch),
    file: (path, ref) => fileAt(repository, path, ref),
    async compare(base, head) {
      const basehead = `${base}...${head}`;
      const { repos } = client.on("compare");
      const { data } = await repos.compareCommitsWithBasehead({ ...at, basehead, per_page: 1 });
      const { ahead_by: ahead, behind_by: behind } = shaped("compare", shapes.comparison, data);
      return { ahead, behind };
    },
  };
}

async function readRepository(repository: GithubRepository) {
  const { client, at } = repository;
  const operation = "repository";
  const { data } = await client.on(operation).repos.get({ ...at });
  const found = shaped(operation, shapes.repository, data);
  // Its size is counted in kilobytes and hours late, so only the branch tells whether there is a commit.
  const empty = (await headOf(repository, operation, found.default_branch)) === null;
  const read = convert.repositoryOf(found, empty);
  return repository.permission ? { ...read, permission: await repository.permission() } : read;
}

/** Whoever GitHub does not know, or does not count among people, may do nothing. */
async function permissionFor({ client, at }: GithubRepository, username: string): Promise<Permission> {
  const operation = "permissionOf";
  try {
    const { repos } = client.on(operation);
    const { data } = await repos.getCollaboratorPermissionLevel({ ...at, username });
    return convert.permissionOf(shaped(operation, shapes.permission, data));
  } catch (error) {
    if (answeredWith(error, 404)) return "none";
    throw error;
  }
}

async function readIssue(
  repository: GithubRepository,
  number: number,
  permissionOf: PlatformReading["permissionOf"],
): Promise<IssueNow | null> {
  const { client, at } = repository;
  const answer = await orNull(client.on("issue").issues.get({ ...at, issue_number: number }));
  if (answer === null) return null;
  const issue = shaped("issue", shapes.issue, answer.data);
  if (issue.pull_request !== undefined) return null;
  const comments = await newestComments(repository, number, issue.comments ?? 0);
  const logins = new Set([issue.user.login, ...comments.map(({ user }) => user.login)]);
  const mayWrite = new Map<string, boolean | undefined>();
  for (const login of logins) mayWrite.set(login, await writes(permissionOf, login));
  const says = (login: string) => {
    const may = mayWrite.get(login);
    return { author: login, ...(may === undefined ? {} : { mayWrite: may }) };
  };
  return {
    ...{
      id: issue.id,
      number,
      title: issue.title,
      body: withoutMarker(issue.body),
      ...says(issue.user.login),
    },
    ...{ labels: issue.labels, url: issue.html_url, open: issue.state === "open" },
    comments: comments.map(({ user, body, created_at: at }) => ({
      ...{ ...says(user.login), body: withoutMarker(body), at },
    })),
  };
}

/** Undefined where the token may not ask; it then counts as no. */
async function writes(
  permissionOf: PlatformReading["permissionOf"],
  login: string,
): Promise<boolean | undefined> {
  try {
    const permission = await permissionOf(login);
    return permission === "write" || permission === "admin";
  } catch (error) {
    if (error instanceof PlatformError && error.kind === "forbidden") return undefined;
    throw error;
  }
}

/** The list begins with the oldest and cannot be turned round, so its last two pages are read. */
async function newestComments(
  { client, at }: GithubRepository,
  issue_number: number,
  count: number,
): Promise<Comment[]> {
  const last = Math.ceil(count / pageSize);
  const comments: Comment[] = [];
  for (let page = Math.max(1, last - 1); page <= last; page += 1) {
    const { issues } = client.on("issue");
    const { data } = await issues.listComments({ ...at, issue_number, page, per_page: pageSize });
    comments.push(...shaped("issue", shapes.comment.array(), data));
  }
  return comments.slice(-commentsMax);
}

async function issuesWith({ client, at }: GithubRepository, label: string) {
  const list = client.on("issuesWith").issues.listForRepo;
  const pages = client.pages("issuesWith")(list, {
    ...{ ...at, labels: label, state: "open", sort: "created", direction: "asc", per_page: pageSize },
  });
  const all = await client.all("issuesWith", pages, shapes.issue);
  return all
    .filter(({ pull_request }) => pull_request === undefined)
    .map(({ number, title }) => ({ number, title }));
}
