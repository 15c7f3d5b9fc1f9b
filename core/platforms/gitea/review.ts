import type { Finding } from "../../domain/loop/proposal.ts";
import type { CodeHost } from "../../ports/platform.ts";
import type { ApiRequest } from "../_shared/api.ts";
import { linesShown } from "../_shared/gitea-like/diff-lines.ts";
import { withMarker } from "../_shared/marker.ts";
import { commentCharsMax, reviewCharsMax } from "./capabilities.ts";
import { type Connection, get } from "./connection.ts";
import { ownKey } from "./convert.ts";
import * as shapes from "./shapes.ts";
import { commentsOfReview, type Review, reviewsOf } from "./threads.ts";

/**
 * Posts a review as one request, once per key. Its verdict is always a comment: Gitea lets nobody approve or
 * reject a pull request of his own.
 */
export async function postReview(
  connection: Connection,
  number: number,
  { key, sha, summary, findings }: Parameters<CodeHost["submitReview"]>[1],
): Promise<void> {
  const me = await connection.me();
  const ours = (await reviewsOf(connection, number)).filter(({ user }) => user.id === me.id);
  if (ours.some((one) => one.state !== "PENDING" && ownKey(one.user, one.body, me) === key)) return;
  for (const one of ours) if (one.state === "PENDING") await removeLeftover(connection, number, one);
  const shown = await shownIn(connection, number, findings);
  const isShown = ({ path, line }: Finding) => shown.get(path)?.has(line) ?? false;
  const elsewhere = findings.filter((finding) => !isShown(finding)).map(placed);
  const body = withMarker([summary, ...elsewhere].join("\n\n"), key, reviewCharsMax);
  const comments = findings.filter(isShown).map((finding, n) => ({
    ...{ path: finding.path, new_position: finding.line, old_position: 0 },
    body: withMarker(worded(finding), `${key}/${n + 1}`, commentCharsMax),
  }));
  await connection.api.tell(reviewRequest(connection, number, { body, comments, commit_id: sha }));
}

/** A review that is nothing but comments at lines. */
export function reviewRequest(
  { at }: Connection,
  number: number,
  content: { body: string; comments: object[]; commit_id?: string },
): ApiRequest {
  const body = { ...content, event: "COMMENT" };
  return { operation: "submitReview", method: "POST", path: at`/pulls/${number}/reviews`, body };
}

/**
 * Gitea keeps the comments of a review that broke off, and would send them along with the next one. What
 * somebody else drafted with the same account stays.
 */
async function removeLeftover(connection: Connection, number: number, review: Review): Promise<void> {
  const { api, at, me } = connection;
  const self = await me();
  const comments = await commentsOfReview(connection, number, review.id);
  const areOurs =
    comments.length > 0 && comments.every(({ user, body }) => ownKey(user, body, self) !== null);
  if (!areOurs) return;
  const request = get("removeReview", at`/pulls/${number}/reviews/${review.id}`);
  await api.find({ ...request, method: "DELETE" }, shapes.anything);
}

async function shownIn(connection: Connection, number: number, findings: readonly Finding[]) {
  if (!findings.some(({ line }) => line > 0)) return new Map<string, Set<number>>();
  const { at, text } = connection;
  return linesShown(await text("diff", at`/pulls/${`${number}.diff`}`));
}

const severities = { blocking: "Blocking", warning: "Warning", note: "Note" } as const;

function worded({ severity, title, detail, suggestion }: Finding): string {
  const instead = suggestion.trim() === "" ? "" : `Instead: ${suggestion}`;
  return [`**${severities[severity]}: ${title}**`, detail, instead]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** A finding in the summary says where it belongs. */
function placed(finding: Finding): string {
  const { path, line } = finding;
  const place = line > 0 ? `${path}, line ${line}` : path;
  return `${place}:\n\n${worded(finding)}`;
}
