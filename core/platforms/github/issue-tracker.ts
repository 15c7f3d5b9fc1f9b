import type { IssueTracker } from "../../ports/platform.ts";
import type { PutComment } from "../_shared/keyed-comments.ts";
import { keyIn, withMarker } from "../_shared/marker.ts";
import { answeredWith, numberOf, shaped } from "./answers.ts";
import { pageSize } from "./client.ts";
import { addLabels, commentCharsMax, removeLabels } from "./comments.ts";
import type { GithubRepository } from "./repository.ts";
import * as shapes from "./shapes.ts";

/** GitHub's issues. Source: GitHub Docs, "REST API endpoints for issues". */
export function githubIssues(repository: GithubRepository, putComment: PutComment): IssueTracker {
  const { client, at } = repository;
  return {
    addLabels: (issue, labels) => addLabels(repository, issue.number, labels),
    removeLabels: (issue, labels) => removeLabels(repository, issue.number, labels),
    upsertComment: ({ number }, key, body) => putComment(number, key, body),
    async closeIssue({ number: issue_number }) {
      const { issues } = client.on("closeIssue");
      const { data } = await issues.get({ ...at, issue_number });
      // To close it again would change the reason for which it was closed.
      if (shaped("closeIssue", shapes.issue, data).state === "closed") return;
      await issues.update({ ...at, issue_number, state: "closed", state_reason: "completed" });
    },
    async assign({ number: issue_number }, logins) {
      if (logins.length === 0) return;
      // Whoever cannot be assigned is left out by GitHub without a word.
      await client.on("assign").issues.addAssignees({ ...at, issue_number, assignees: [...logins] });
    },
    react: (comment, content) => react(repository, comment, content),
    createIssue: (issue) => createIssue(repository, issue),
  };
}

/** A comment of a conversation, or of a review: they are counted apart, and an id does not say which. */
async function react(
  { client, at }: GithubRepository,
  comment: string,
  content: "eyes" | "+1" | "-1",
): Promise<void> {
  const comment_id = numberOf("react", comment);
  const { reactions } = client.on("react");
  try {
    // Who reacted in this way already is answered with 200.
    await reactions.createForIssueComment({ ...at, comment_id, content });
  } catch (error) {
    if (!answeredWith(error, 404)) throw error;
    await reactions.createForPullRequestReviewComment({ ...at, comment_id, content });
  }
}

/** A search finds new issues minutes late, so our own ones are listed. */
async function createIssue(
  repository: GithubRepository,
  { key, title, body, labels }: Parameters<IssueTracker["createIssue"]>[0],
): Promise<number> {
  const { client, at } = repository;
  const operation = "createIssue";
  const text = withMarker(body, key, commentCharsMax);
  const me = await repository.me();
  const { issues } = client.on(operation);
  const pages = client.pages(operation)(issues.listForRepo, {
    ...{ ...at, state: "all", sort: "created", direction: "desc", per_page: pageSize },
    // Some of GitHub's servers find nothing by the login of an App.
    ...(me.bot ? {} : { creator: me.login }),
  });
  const found = await client.first(
    operation,
    pages,
    shapes.issue,
    (issue) => issue.user.id === me.id && issue.pull_request === undefined && keyIn(issue.body) === key,
  );
  if (found) return found.number;
  const { data } = await issues.create({ ...at, title, body: text, labels: [...labels] });
  return shaped(operation, shapes.issue, data).number;
}
