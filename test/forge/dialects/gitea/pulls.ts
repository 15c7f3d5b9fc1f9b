import { git } from "../../model/git.ts";
import { changedFiles, log } from "../../model/history.ts";
import * as issues from "../../model/issues.ts";
import { covers, permissionOf, repositoryNamed } from "../../model/model.ts";
import * as pulls from "../../model/pulls.ts";
import { noticePush } from "../../model/pushes.ts";
import { found, Refusal } from "../../model/refusal.ts";
import { obstacles } from "../../model/rules.ts";
import type { MergeMethod, Pull } from "../../model/types.ts";
import { maybeFlag, maybeText, text, texts } from "../../reading.ts";
import type { Answer, Call, Route } from "../../state.ts";
import { assigneesOf, changeIssue, labelsOf } from "./issues.ts";
import { listAnswer, pullOf, repo, route, userNamed } from "./routes.ts";
import { askedView, pullView } from "./view-pull.ts";
import { commitView, htmlUrl, repositoryUrl } from "./view-repository.ts";

/** Gitea's pull requests: opening, looking, changing and merging. */

const area = "repository";

const view = (call: Call, pull: Pull) => pullView(call.state, pull, call.token?.user ?? null);

function matching(call: Call): Pull[] {
  const state = call.query.get("state") ?? "open";
  const [base, poster] = [call.query.get("base_branch"), call.query.get("poster")];
  const up = call.query.get("sort") === "oldest";
  return [...call.repository().issues.values()]
    .flatMap(({ pull }) => pull ?? [])
    .filter(({ issue }) => state === "all" || issue.state === state)
    .filter((pull) => base === null || pull.baseBranch === base)
    .filter(({ issue }) => poster === null || issue.author.login === poster)
    .sort((a, b) => (a.issue.number - b.issue.number) * (up ? 1 : -1));
}

/** `owner:branch` or `branch`. */
function headOf(call: Call, head: string) {
  const [owner = "", ...rest] = head.split(":");
  if (rest.length === 0) return { branch: head, repository: call.repository() };
  const repository = repositoryNamed(call.state.model, `${owner}/${call.repository().name}`);
  return { branch: rest.join(":"), repository };
}

async function open(call: Call): Promise<Answer> {
  const head = headOf(call, text(call.body, "head"));
  const base = text(call.body, "base");
  const here = call.repository();
  if (!head.repository.refs.has(head.branch) || !here.refs.has(base)) {
    throw new Refusal("not-found", "The target couldn't be found.");
  }
  const pull = await pulls.openPull(call.state.model, here, call.actor(), {
    ...{ title: text(call.body, "title"), body: maybeText(call.body, "body") ?? "", base },
    ...{ head: head.branch, headRepository: head.repository },
  });
  if (call.body.labels) issues.setLabels(call.state.model, call.actor(), pull.issue, labelsOf(call));
  if (call.body.assignees) issues.setAssignees(call.state.model, call.actor(), pull.issue, assigneesOf(call));
  return { status: 201, body: view(call, pull) };
}

/** The first look comes while Gitea still finds out whether it can be merged. */
async function look(call: Call, pull: Pull): Promise<Answer> {
  if (pull.looks > 0 && pull.issue.state === "open") await pulls.findMergeable(pull);
  pull.looks += 1;
  return { status: 200, body: view(call, pull) };
}

async function change(call: Call): Promise<Answer> {
  const pull = pullOf(call);
  changeIssue(call, pull.issue);
  const base = maybeText(call.body, "base");
  if (base) await pulls.changeBase(call.state.model, call.actor(), pull, base);
  if (call.body.labels) issues.setLabels(call.state.model, call.actor(), pull.issue, labelsOf(call));
  return { status: 201, body: view(call, pull) };
}

/** Go takes a field in any case; `Do` was its name for years. */
function anyCase(call: Call, ...names: string[]): unknown {
  const entry = Object.entries(call.body).find(([name]) => names.includes(name.toLowerCase()));
  return entry?.[1] ?? undefined;
}

function refuseMerge(call: Call, pull: Pull, style: string): void {
  const not = (message: string) => new Refusal("not-mergeable", message);
  if (pull.merged) throw not("The PR is already merged");
  if (pull.issue.state === "closed") throw new Refusal("not-found", "The target couldn't be found.");
  const force = maybeFlag(call.body, "force_merge") === true;
  const admin = covers(permissionOf(call.repository(), call.actor()), "admin");
  const [first] = obstacles(pull).filter(({ rule }) => rule === "draft" || !(force && admin));
  if (first?.rule === "draft") throw not("Work in progress PRs cannot be merged");
  if (first?.rule === "checks") throw not("Not all required status checks successful");
  if (first?.rule === "approvals") throw not("Does not have enough approvals");
  if (first?.rule === "changes-requested") throw not("There are requested changes");
  if (first) throw not("The head branch is behind the base branch");
  const allowed: readonly string[] = call.repository().mergeMethods;
  if (!allowed.includes(style))
    throw not(`${style} is not allowed an allowed merge style for this repository`);
}

const styles = ["merge", "rebase", "rebase-merge", "squash", "fast-forward-only", "manually-merged"];

async function merge(call: Call): Promise<Answer> {
  const pull = pullOf(call);
  const style = String(anyCase(call, "do") ?? "");
  if (!styles.includes(style)) throw new Refusal("validation", "[Do]: In", "do");
  if (maybeFlag(call.body, "merge_when_checks_succeed")) {
    return { status: 501, body: { message: "Merging later is not simulated. Add it to test/forge." } };
  }
  refuseMerge(call, pull, style);
  const expected = maybeText(call.body, "head_commit_id");
  if (expected && expected !== pull.headSha) throw new Refusal("head-moved", "head out of date");
  const { number, title } = pull.issue;
  const fallback =
    style === "squash"
      ? `${title} (#${number})`
      : `Merge pull request '${title}' (#${number}) from ${pull.headBranch} into ${pull.baseBranch}`;
  const order = {
    ...{ method: style as MergeMethod },
    title: String(anyCase(call, "merge_title_field", "mergetitlefield") ?? fallback),
    message: String(anyCase(call, "merge_message_field", "mergemessagefield") ?? ""),
  };
  // A conflict that is known already is told by another status than one that shows while merging.
  if (pull.mergeable === false) throw new Refusal("not-mergeable", "Please try again later");
  await pulls.mergePull(call.state.model, call.actor(), pull, order);
  if (maybeFlag(call.body, "delete_branch_after_merge") && pull.headRepository) {
    await git(pull.headRepository.dir, ["update-ref", "-d", `refs/heads/${pull.headBranch}`]);
  }
  await noticePush(call.state.model, call.repository(), call.actor());
  return { status: 200 };
}

async function update(call: Call): Promise<Answer> {
  const pull = pullOf(call);
  await pulls.updateFromBase(call.actor(), pull);
  await noticePush(call.state.model, pull.headRepository ?? call.repository(), call.actor());
  return { status: 200 };
}

/** One who is unknown, or the author, fails the whole request. */
function ask(call: Call): Answer {
  const pull = pullOf(call);
  const users = texts(call.body, "reviewers").map((login) => userNamed(call, login));
  for (const user of users) {
    if (user === pull.issue.author) throw new Refusal("validation", "poster of pr can't be reviewer");
    if (!covers(permissionOf(call.repository(), user), "read")) {
      throw new Refusal("validation", "Reviewer can't read");
    }
  }
  for (const user of users) pulls.requestReview(call.state.model, call.actor(), pull, user);
  return { status: 201, body: users.map((user) => askedView(call.state, pull, user)) };
}

async function files(call: Call): Promise<Answer> {
  const { mergeBase, headSha } = pullOf(call);
  const all = await changedFiles(call.repository().dir, mergeBase, headSha);
  const [page, url] = [htmlUrl(call.state, call.repository()), repositoryUrl(call.state, call.repository())];
  return listAnswer(call, all, (file) => ({
    ...{ filename: file.path, previous_filename: file.previousPath ?? "" },
    ...{
      status: file.status === "modified" ? "changed" : file.status === "removed" ? "deleted" : file.status,
    },
    ...{ additions: file.additions, deletions: file.deletions, changes: file.additions + file.deletions },
    html_url: `${page}/src/commit/${headSha}/${file.path}`,
    contents_url: `${url}/contents/${file.path}?ref=${headSha}`,
    raw_url: `${page}/raw/commit/${headSha}/${file.path}`,
  }));
}

export const pullsOfGitea: Route[] = [
  route(`GET ${repo}/pulls`, "read", area, (call) =>
    listAnswer(call, matching(call), (pull) => view(call, pull)),
  ),
  route(`POST ${repo}/pulls`, "read", area, open),
  route(`GET ${repo}/pulls/{index}`, "read", area, (call) => look(call, pullOf(call))),
  route(`GET ${repo}/pulls/{index}.{diffType}`, "read", area, async (call) => {
    const { mergeBase, headSha } = pullOf(call);
    if (call.params.diffType !== "diff") throw new Refusal("validation", "Only .diff is simulated.");
    const body = await git(call.repository().dir, ["diff", mergeBase, headSha]);
    return { status: 200, body, headers: { "content-type": "text/plain; charset=utf-8" } };
  }),
  route(`PATCH ${repo}/pulls/{index}`, "read", area, change),
  route(`GET ${repo}/pulls/{base}/{head}`, "read", area, (call) => {
    const head = headOf(call, call.params.head ?? "");
    const all = [...call.repository().issues.values()].flatMap(({ pull }) => pull ?? []);
    const fits = (pull: Pull) =>
      pull.headBranch === head.branch &&
      pull.headRepository === head.repository &&
      pull.baseBranch === call.params.base;
    // An open one first, else the newest.
    const open = all.findLast((pull) => fits(pull) && pull.issue.state === "open");
    return look(call, found(open ?? all.findLast(fits), "The target couldn't be found."));
  }),
  route(`GET ${repo}/pulls/{index}/files`, "read", area, files),
  route(`GET ${repo}/pulls/{index}/commits`, "read", area, async (call) => {
    const { mergeBase, headSha } = pullOf(call);
    const all = await log(call.repository().dir, `${mergeBase}..${headSha}`);
    return listAnswer(call, all, (commit) => commitView(call.state, call.repository(), commit));
  }),
  route(`GET ${repo}/pulls/{index}/merge`, "read", area, (call) => {
    found(pullOf(call).merged);
    return { status: 204 };
  }),
  route(`POST ${repo}/pulls/{index}/merge`, "write", area, merge),
  route(`POST ${repo}/pulls/{index}/update`, "write", area, update),
  route(`POST ${repo}/pulls/{index}/requested_reviewers`, "read", area, ask),
  route(`DELETE ${repo}/pulls/{index}/requested_reviewers`, "read", area, (call) => {
    const pull = pullOf(call);
    const gone = texts(call.body, "reviewers").map((login) => userNamed(call, login));
    pull.reviewers = pull.reviewers.filter((user) => !gone.includes(user));
    return { status: 204 };
  }),
];
