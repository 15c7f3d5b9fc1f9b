import { type IssueTracker, PlatformError } from "../../ports/platform.ts";
import type { PutComment } from "../_shared/keyed-comments.ts";
import { withMarker } from "../_shared/marker.ts";
import { commentCharsMax } from "./capabilities.ts";
import { type Connection, get } from "./connection.ts";
import { ownKey } from "./convert.ts";
import { addLabels, labelIds, removeLabels } from "./labels.ts";
import * as shapes from "./shapes.ts";

/** So many of our own issues are looked through for one with the same key, the newest first. */
const ownIssuesMax = 1_000;

export function giteaIssueTracker(connection: Connection, putComment: PutComment): IssueTracker {
  const { api, at } = connection;
  const issueOf = (number: number) => api.ask(get("issue", at`/issues/${number}`), shapes.issue);
  const edit = (operation: string, number: number, body: object) =>
    api.tell({ operation, method: "PATCH", path: at`/issues/${number}`, body });
  return {
    addLabels: ({ number }, names) => addLabels(connection, number, names),
    removeLabels: ({ number }, names) => removeLabels(connection, number, names),
    upsertComment: ({ number }, key, body) => putComment(number, key, body),
    // One that is closed stays so without a trace (`closeOrReopenIssue` in routers/api/v1/repo/issue.go).
    closeIssue: ({ number }) => edit("closeIssue", number, { state: "closed" }),
    assign: async ({ number }, logins) => {
      // Gitea takes the whole list, and no addition to it.
      const now = (await issueOf(number)).assignees.map(({ login }) => login);
      const assignees = [...new Set([...now, ...logins])];
      if (assignees.length > now.length) await edit("assign", number, { assignees });
    },
    react: async (comment, content) => {
      const path = at`/issues/comments/${comment}/reactions`;
      try {
        await api.tell({ operation: "react", method: "POST", path, body: { content } });
      } catch (error) {
        // An administrator may have chosen other reactions; a sign less does no harm.
        if (!(error instanceof PlatformError) || !/not an allowed reaction/i.test(error.message)) throw error;
      }
    },
    createIssue: (issue) => createIssue(connection, issue),
  };
}

async function createIssue(
  connection: Connection,
  { key, title, body, labels }: Parameters<IssueTracker["createIssue"]>[0],
): Promise<number> {
  const { api, at, each } = connection;
  const me = await connection.me();
  const query = { state: "all", type: "issues", created_by: me.login };
  const request = { operation: "createIssue", path: at`/issues` };
  let seen = 0;
  for await (const known of each({ ...request, query }, shapes.listOf(shapes.issue))) {
    if (ownKey(known.user, known.body, me) === key) return known.number;
    seen += 1;
    if (seen >= ownIssuesMax) break;
  }
  const content = { title, body: withMarker(body, key, commentCharsMax) };
  const ids = await labelIds(connection, labels);
  const made = { ...request, method: "POST", body: { ...content, labels: ids } } as const;
  return (await api.ask(made, shapes.issue)).number;
}
