import type { ApiRequest } from "../_shared/api.ts";
import { withMarker } from "../_shared/marker.ts";
import { commentCharsMax } from "./capabilities.ts";
import { type Connection, get } from "./connection.ts";
import { ownKey } from "./convert.ts";
import * as shapes from "./shapes.ts";

/** All comments of a conversation, the oldest first: this list of Gitea's has no pages. */
export async function commentsOf(connection: Connection, number: number, since: number | null) {
  const asked = get("comments", connection.at`/issues/${number}/comments`);
  const request = since === null ? asked : { ...asked, query: { since: new Date(since).toISOString() } };
  const comments = await connection.api.ask(request, shapes.listOf(shapes.comment));
  return comments.sort((a, b) => a.created_at - b.created_at || Number(a.id) - Number(b.id));
}

/** One comment of ours per key under an issue or a pull request: posted the first time, replaced later. */
export async function putComment(
  connection: Connection,
  number: number,
  key: string,
  body: string,
): Promise<void> {
  const { api, at } = connection;
  const text = withMarker(body, key, commentCharsMax);
  const me = await connection.me();
  const comments = await commentsOf(connection, number, null);
  const known = comments.find((comment) => ownKey(comment.user, comment.body, me) === key);
  if (known?.body === text) return;
  const request: Pick<ApiRequest, "method" | "path"> = known
    ? { method: "PATCH", path: at`/issues/comments/${known.id}` }
    : { method: "POST", path: at`/issues/${number}/comments` };
  await api.tell({ operation: "upsertComment", ...request, body: { body: text } });
}
