import type { Instant } from "../../domain/ids.ts";
import type { PlacedComment } from "../../ports/platform-reading.ts";
import type { Connection } from "./connection.ts";
import { commentOf } from "./convert.ts";
import * as shapes from "./shapes.ts";

/** Ten pages of the usual length; nobody waits for an answer to so many that were never delivered. */
const commentsMax = 500;

/**
 * Comments of all issues and pull requests since `since`, at most `commentsMax`, the oldest first (Gitea's
 * `issueGetRepoComments`, whose `since` is the time of the last change).
 */
export async function commentsSince(connection: Connection, since: Instant): Promise<PlacedComment[]> {
  const { all, at, me } = connection;
  const query = { since: new Date(since).toISOString() };
  const request = { operation: "commentsSince", path: at`/issues/comments`, query };
  const self = await me();
  const found = await all(request, shapes.listOf(shapes.placedComment), commentsMax);
  return found
    .sort((a, b) => a.created_at - b.created_at || Number(a.id) - Number(b.id))
    .flatMap((told) => {
      const place = placeOf(told);
      return place === null ? [] : { ...place, comment: commentOf(told, self) };
    });
}

/** Only the addresses of the pages say where a comment stands: `.../issues/5`, `.../pulls/6`. */
function placeOf(told: { issue_url: string; pull_request_url: string }) {
  const pull = numberIn(told.pull_request_url);
  if (pull !== null) return { on: "pull-request", number: pull } as const;
  const issue = numberIn(told.issue_url);
  return issue === null ? null : ({ on: "issue", number: issue } as const);
}

function numberIn(url: string): number | null {
  const digits = /\/(?:issues|pulls)\/([1-9]\d{0,9})$/.exec(url)?.[1];
  return digits === undefined ? null : Number(digits);
}
