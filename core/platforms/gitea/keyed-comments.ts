import { keyedComments, type PutComment } from "../_shared/keyed-comments.ts";
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
export function giteaComments(connection: Connection): PutComment {
  const { api, at } = connection;
  const operation = "upsertComment";
  const put = keyedComments({
    find: async (number, key) => {
      const me = await connection.me();
      const comments = await commentsOf(connection, number, null);
      const known = comments.find((comment) => ownKey(comment.user, comment.body, me) === key);
      return known ? { id: known.id, text: known.body } : null;
    },
    post: async (number, body) => {
      const path = at`/issues/${number}/comments`;
      return (await api.ask({ operation, method: "POST", path, body: { body } }, shapes.madeComment)).id;
    },
    replace: (id, body) =>
      api.tell({ operation, method: "PATCH", path: at`/issues/comments/${id}`, body: { body } }),
  });
  return (number, key, body) => put(number, key, withMarker(body, key, commentCharsMax));
}
