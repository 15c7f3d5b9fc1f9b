import type { CommentTarget } from "@tamma/core/ports/plain-git-store.ts";
import { type Cipher, openJson, sealJson } from "./cipher.ts";

/** Comments and labels, of issues and pull requests alike. */
export const conversationTables = `
  CREATE TABLE labels (target TEXT NOT NULL, label TEXT NOT NULL, PRIMARY KEY (target, label));
  CREATE TABLE comments (
    target TEXT NOT NULL, comment TEXT NOT NULL, author TEXT NOT NULL, at INTEGER NOT NULL,
    key_id TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (target, comment))`;

export interface CommentRow {
  id: string;
  author: string;
  body: string;
  at: number;
}

export interface ConversationRows {
  labels(target: CommentTarget): string[];
  addLabels(target: CommentTarget, labels: readonly string[]): void;
  removeLabels(target: CommentTarget, labels: readonly string[]): void;
  /** Oldest first. */
  comments(target: CommentTarget): CommentRow[];
  /** One comment per key: written the first time, its text replaced later. */
  putComment(target: CommentTarget, key: string, author: string, body: string, at: number): void;
}

export function conversationRows(sql: SqlStorage, cipher: Cipher): ConversationRows {
  type Row = { comment: string; author: string; at: number; key_id: string; body: ArrayBuffer };
  const context = (target: string, comment: string) => `comment ${target} ${comment}`;
  return {
    labels: (target) =>
      sql
        .exec<{ label: string }>("SELECT label FROM labels WHERE target = ? ORDER BY label", target)
        .toArray()
        .map((row) => row.label),
    addLabels: (target, labels) => {
      for (const label of labels) sql.exec("INSERT OR IGNORE INTO labels VALUES (?, ?)", target, label);
    },
    removeLabels: (target, labels) => {
      for (const label of labels)
        sql.exec("DELETE FROM labels WHERE target = ? AND label = ?", target, label);
    },
    comments: (target) =>
      sql
        .exec<Row>("SELECT * FROM comments WHERE target = ? ORDER BY rowid", target)
        .toArray()
        .map(({ comment: id, author, at, key_id: keyId, body }) => {
          return { id, author, at, body: openJson<string>(cipher, keyId, body, context(target, id)) };
        }),
    putComment: (target, key, author, body, at) => {
      sql.exec(
        `INSERT INTO comments VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (target, comment) DO UPDATE SET
           key_id = excluded.key_id, body = excluded.body`,
        ...[target, key, author, at, cipher.keyId, sealJson(cipher, body, context(target, key))],
      );
    },
  };
}
