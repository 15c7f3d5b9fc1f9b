import { log } from "../../model/history.ts";
import * as issues from "../../model/issues.ts";
import { covers, permissionOf, repositoryNamed } from "../../model/model.ts";
import * as pulls from "../../model/pulls.ts";
import { noticePush } from "../../model/pushes.ts";
import { found, Refusal } from "../../model/refusal.ts";
import { obstacles } from "../../model/rules.ts";
import type { MergeMethod, Pull, Repository } from "../../model/types.ts";
import { maybeFlag, maybeText, text, texts } from "../../reading.ts";
import type { Answer, Call, Route } from "../../state.ts";
import { listAnswer, pullOf, repo, route, usersNamed } from "./routes.ts";
import { pullView, simplePull } from "./view-pull.ts";
import { commitOf, htmlUrl, repositoryUrl, userView } from "./view-repository.ts";

/** GitHub's pull requests: opening, looking, changing and merging. */

const area = "pull_requests";

function matching(call: Call): Pull[] {
  const { query } = call;
  const state = query.get("state") ?? "open";
  const [head, base] = [query.get("head"), query.get("base")];
  // Without an owner in front GitHub pays no attention to it.
  const [owner, branch] = head?.includes(":") ? head.split(":") : [null, null];
  const sort = query.get("sort") === "updated" ? "updatedAt" : "createdAt";
  const up = query.get("direction") === "asc";
  return [...call.repository().issues.values()]
    .flatMap(({ pull }) => pull ?? [])
    .filter((pull) => state === "all" || pull.issue.state === state)
    .filter((pull) => base === null || pull.baseBranch === base)
    .filter(
      (pull) => owner === null || (pull.headBranch === branch && pull.headRepository?.owner.login === owner),
    )
    .sort((a, b) => (a.issue[sort] - b.issue[sort] || a.issue.number - b.issue.number) * (up ? 1 : -1));
}

/** `owner:branch`, or a branch of the repository itself. */
function headOf(call: Call, head: string): { branch: string; repository: Repository } {
  const [owner = "", ...rest] = head.split(":");
  if (rest.length === 0) return { branch: head, repository: call.repository() };
  const here = call.repository();
  if (here.owner.login === owner) return { branch: rest.join(":"), repository: here };
  return {
    branch: rest.join(":"),
    repository: repositoryNamed(call.state.model, `${owner}/${here.name}`),
  };
}

async function open(call: Call): Promise<Answer> {
  const { body } = call;
  const head = headOf(call, text(body, "head"));
  const pull = await pulls.openPull(call.state.model, call.repository(), call.actor(), {
    ...{ title: text(body, "title"), body: maybeText(body, "body") ?? "", base: text(body, "base") },
    ...{ head: head.branch, headRepository: head.repository, draft: maybeFlag(body, "draft") ?? false },
  });
  return { status: 201, body: pullView(call.state, pull) };
}

/** The first look says null and starts the search for an answer; later ones have it. */
async function look(call: Call): Promise<Answer> {
  const pull = pullOf(call);
  const known = pull.looks > 0 ? await pulls.findMergeable(pull) : null;
  pull.looks += 1;
  return { status: 200, body: pullView(call.state, pull, known) };
}

async function change(call: Call): Promise<Answer> {
  const [pull, actor] = [pullOf(call), call.actor()];
  const { body, state } = call;
  const title = maybeText(body, "title");
  issues.editIssue(state.model, actor, pull.issue, { title, body: maybeText(body, "body") });
  const base = maybeText(body, "base");
  if (base !== undefined) await pulls.changeBase(state.model, actor, pull, base);
  const wanted = maybeText(body, "state");
  if (wanted === "open" || wanted === "closed") issues.setState(state.model, actor, pull.issue, wanted);
  return { status: 200, body: pullView(state, pull) };
}

const methodWords: Readonly<Record<MergeMethod, string>> = {
  ...{ merge: "Merge commits are", squash: "Squash merges are", rebase: "Rebase merges are" },
};

function refuseMerge(pull: Pull, method: MergeMethod, sha: string | undefined): void {
  const refuse = (message: string) => new Refusal("not-mergeable", message);
  if (pull.merged || pull.issue.state === "closed") throw refuse("Pull Request is not mergeable");
  if (!pull.issue.repository.mergeMethods.includes(method)) {
    throw refuse(`${methodWords[method]} not allowed on this repository.`);
  }
  if (sha !== undefined && sha !== pull.headSha) {
    throw new Refusal("head-moved", "Head branch was modified. Review and try the merge again.");
  }
  const [first] = obstacles(pull);
  if (first?.rule === "draft") throw refuse("Pull Request is still a draft");
  if (first?.rule === "checks") throw refuse(`Required status check "${first.missing[0]}" is expected.`);
  if (first?.rule === "behind") throw refuse("Head branch is out of date with the base branch.");
  if (first?.rule === "changes-requested") throw refuse("Changes have been requested.");
  if (first) throw refuse("At least 1 approving review is required by reviewers with write access.");
}

async function merge(call: Call): Promise<Answer> {
  const pull = pullOf(call);
  const method = (maybeText(call.body, "merge_method") ?? "merge") as MergeMethod;
  if (!(method in methodWords)) throw new Refusal("validation", "No such method.", "merge_method");
  refuseMerge(pull, method, maybeText(call.body, "sha"));
  if (!(await pulls.findMergeable(pull))) throw new Refusal("not-mergeable", "Pull Request is not mergeable");
  const { number, title } = pull.issue;
  const from = `${pull.headRepository?.owner.login}/${pull.headBranch}`;
  const fallback =
    method === "merge" ? `Merge pull request #${number} from ${from}` : `${title} (#${number})`;
  const order = {
    ...{ method, title: maybeText(call.body, "commit_title") ?? fallback },
    message: maybeText(call.body, "commit_message") ?? (method === "merge" ? title : ""),
  };
  const sha = await pulls.mergePull(call.state.model, call.actor(), pull, order).catch((error: unknown) => {
    const conflicts = error instanceof Refusal && error.kind === "conflict";
    throw conflicts ? new Refusal("not-mergeable", "Pull Request is not mergeable") : error;
  });
  await noticePush(call.state.model, call.repository(), call.actor());
  return { status: 200, body: { sha, merged: true, message: "Pull Request successfully merged" } };
}

async function update(call: Call): Promise<Answer> {
  const pull = pullOf(call);
  const expected = maybeText(call.body, "expected_head_sha");
  if (expected !== undefined && expected !== pull.headSha) {
    throw new Refusal("validation", "expected head sha didn’t match current head ref.");
  }
  await pulls.updateFromBase(call.actor(), pull);
  await noticePush(call.state.model, pull.headRepository ?? call.repository(), call.actor());
  const url = `${repositoryUrl(call.state, call.repository())}/pulls/${pull.issue.number}`;
  return { status: 202, body: { message: "Updating pull request branch.", url } };
}

/** One who is no collaborator fails the whole request. */
function ask(call: Call): Answer {
  const pull = pullOf(call);
  const logins = texts(call.body, "reviewers");
  const users = usersNamed(call, logins);
  if (users.includes(pull.issue.author)) {
    throw new Refusal("validation", "Review cannot be requested from pull request author.", "own");
  }
  const may = users.filter(
    (user) =>
      user === call.repository().owner || call.repository().collaborators.has(user.login.toLowerCase()),
  );
  if (may.length < logins.length) {
    const message = "Reviews may only be requested from collaborators.";
    throw new Refusal("validation", `${message} One or more of the users is not a collaborator.`, "own");
  }
  for (const user of may) pulls.requestReview(call.state.model, call.actor(), pull, user);
  return { status: 201, body: simplePull(call.state, pull) };
}

function forget(call: Call): Answer {
  const pull = pullOf(call);
  const gone = usersNamed(call, texts(call.body, "reviewers"));
  pull.reviewers = pull.reviewers.filter((user) => !gone.includes(user));
  return { status: 200, body: simplePull(call.state, pull) };
}

function fileView(call: Call, pull: Pull, file: Pull["files"][number]) {
  const [url, page] = [repositoryUrl(call.state, call.repository()), htmlUrl(call.state, call.repository())];
  const at = `${pull.headSha}/${encodeURIComponent(file.path)}`;
  return {
    ...{ sha: file.blob, filename: file.path, status: file.status, additions: file.additions },
    ...{ deletions: file.deletions, changes: file.additions + file.deletions },
    ...{ blob_url: `${page}/blob/${at}`, raw_url: `${page}/raw/${at}` },
    contents_url: `${url}/contents/${encodeURIComponent(file.path)}?ref=${pull.headSha}`,
    ...(file.patch === "" ? {} : { patch: file.patch }),
    ...(file.previousPath === null ? {} : { previous_filename: file.previousPath }),
  };
}

export const pullsOfGithub: Route[] = [
  route(`GET ${repo}/pulls`, "read", area, (call) =>
    listAnswer(call, matching(call), (pull) => simplePull(call.state, pull)),
  ),
  route(`POST ${repo}/pulls`, "read", area, (call) => {
    const may = covers(permissionOf(call.repository(), call.actor()), "write") || call.token?.permissions;
    if (!may && !String(call.body.head).includes(":")) {
      throw new Refusal("forbidden", "You may not open pull requests from branches here.");
    }
    return open(call);
  }),
  route(`GET ${repo}/pulls/{pull_number}`, "read", area, look),
  route(`PATCH ${repo}/pulls/{pull_number}`, "write", area, change),
  route(`GET ${repo}/pulls/{pull_number}/files`, "read", area, (call) => {
    const pull = pullOf(call);
    return listAnswer(call, pull.files, (file) => fileView(call, pull, file));
  }),
  route(`GET ${repo}/pulls/{pull_number}/commits`, "read", area, async (call) => {
    const { mergeBase, headSha } = pullOf(call);
    const commits = (await log(call.repository().dir, `${mergeBase}..${headSha}`)).reverse();
    return listAnswer(call, commits, (commit) => commitOf(call.state, call.repository(), commit));
  }),
  route(`GET ${repo}/pulls/{pull_number}/merge`, "read", area, (call) => {
    found(pullOf(call).merged);
    return { status: 204 };
  }),
  // Merging writes the base branch: an app needs the permission for contents.
  route(`PUT ${repo}/pulls/{pull_number}/merge`, "write", "contents", merge),
  route(`PUT ${repo}/pulls/{pull_number}/update-branch`, "write", area, update),
  route(`GET ${repo}/pulls/{pull_number}/requested_reviewers`, "read", area, (call) => {
    const users = pullOf(call).reviewers.map((user) => userView(call.state, user));
    return { status: 200, body: { users, teams: [] } };
  }),
  route(`POST ${repo}/pulls/{pull_number}/requested_reviewers`, "write", area, ask),
  route(`DELETE ${repo}/pulls/{pull_number}/requested_reviewers`, "write", area, forget),
];
