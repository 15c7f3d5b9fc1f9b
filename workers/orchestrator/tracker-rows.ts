import type { Check } from "@tamma/core/domain/loop/evidence.ts";
import type { CommentTarget, PullChange, PullRow } from "@tamma/core/ports/plain-git-store.ts";
import { type Cipher, openJson, sealJson } from "./cipher.ts";
import {
  type CommentRow,
  type ConversationRows,
  conversationRows,
  conversationTables,
} from "./conversation-rows.ts";

/**
 * What plain Git does not keep: issues, comments, pull requests, reviews, replies, verdicts. Texts are
 * sealed.
 */
export const trackerTables = `
  CREATE TABLE issues (
    number INTEGER PRIMARY KEY, creation TEXT NOT NULL UNIQUE, open INTEGER NOT NULL, author TEXT NOT NULL,
    at INTEGER NOT NULL, key_id TEXT NOT NULL, body BLOB NOT NULL);
  CREATE TABLE pulls (
    number INTEGER PRIMARY KEY, branch TEXT NOT NULL, base TEXT NOT NULL, draft INTEGER NOT NULL,
    state TEXT NOT NULL, merge_sha TEXT, key_id TEXT NOT NULL, body BLOB NOT NULL);
  CREATE TABLE statuses (
    sha TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL, url TEXT, PRIMARY KEY (sha, name));
  ${conversationTables}`;

export interface IssueRow {
  number: number;
  title: string;
  body: string;
  open: boolean;
  author: string;
  labels: string[];
  comments: CommentRow[];
}

export interface TrackerRows extends ConversationRows {
  issues(): IssueRow[];
  issue(number: number): IssueRow | null;
  /** The number of the issue that was made under this key; null when there is none. */
  madeUnder(creation: string): number | null;
  nextNumber(): number;
  addIssue(issue: {
    creation: string;
    number: number;
    title: string;
    body: string;
    author: string;
    at: number;
  }): void;
  closeIssue(number: number): void;
  openPull(pull: Pick<PullRow, "branch" | "base" | "title" | "body" | "draft">): PullRow;
  updatePull(number: number, change: PullChange): void;
  putStatus(sha: string, status: Check): void;
  statuses(sha: string): Check[];
}

type Text = { title: string; body: string };
type IssueRecord = { number: number; open: number; author: string; key_id: string; body: ArrayBuffer };
type PullRecord = {
  number: number;
  branch: string;
  base: string;
  draft: number;
  state: PullRow["state"];
  merge_sha: string | null;
  key_id: string;
  body: ArrayBuffer;
};

export function trackerRows(sql: SqlStorage, cipher: Cipher): TrackerRows {
  /** Issues and pull requests share their numbers, as people know it from platforms. */
  const nextNumber = () =>
    sql
      .exec<{ n: number }>(
        `SELECT 1 + max(coalesce((SELECT max(number) FROM issues), 0),
                        coalesce((SELECT max(number) FROM pulls), 0)) AS n`,
      )
      .one().n;
  const conversation = conversationRows(sql, cipher);
  return {
    nextNumber,
    ...conversation,
    ...issueRows(sql, cipher, conversation),
    ...pullRows(sql, cipher, nextNumber),
    ...statusRows(sql),
  };
}

function issueRows(sql: SqlStorage, cipher: Cipher, conversation: ConversationRows) {
  const context = (number: number) => `issue ${number}`;
  function issueOf({ number, open, author, key_id: keyId, body }: IssueRecord): IssueRow {
    const target: CommentTarget = `issue:${number}`;
    return {
      ...openJson<Text>(cipher, keyId, body, context(number)),
      ...{ number, author, open: open === 1 },
      labels: conversation.labels(target),
      comments: conversation.comments(target),
    };
  }

  return {
    issues: () => sql.exec<IssueRecord>("SELECT * FROM issues ORDER BY number").toArray().map(issueOf),
    issue: (number: number) => {
      const row = sql.exec<IssueRecord>("SELECT * FROM issues WHERE number = ?", number).toArray()[0];
      return row ? issueOf(row) : null;
    },
    madeUnder: (creation: string) =>
      sql.exec<{ number: number }>("SELECT number FROM issues WHERE creation = ?", creation).toArray()[0]
        ?.number ?? null,
    addIssue: ({ creation, number, title, body, author, at }: Parameters<TrackerRows["addIssue"]>[0]) => {
      const sealed = sealJson(cipher, { title, body }, context(number));
      sql.exec(
        "INSERT INTO issues VALUES (?, ?, 1, ?, ?, ?, ?)",
        number,
        creation,
        author,
        at,
        cipher.keyId,
        sealed,
      );
    },
    closeIssue: (number: number) => {
      sql.exec("UPDATE issues SET open = 0 WHERE number = ?", number);
    },
  };
}

function pullRows(sql: SqlStorage, cipher: Cipher, nextNumber: () => number) {
  const context = (number: number) => `pull ${number}`;
  const pullOf = ({ draft, merge_sha: mergeSha, key_id: keyId, body, ...row }: PullRecord): PullRow => {
    return {
      ...row,
      draft: draft === 1,
      mergeSha,
      ...openJson<Text>(cipher, keyId, body, context(row.number)),
    };
  };
  /** Title and body lie together; null when neither changes. */
  const textWith = (number: number, { title, body }: PullChange): Text | null => {
    if (title === undefined && body === undefined) return null;
    const row = sql.exec<PullRecord>("SELECT * FROM pulls WHERE number = ?", number).toArray()[0];
    if (!row) return null;
    const known = pullOf(row);
    return { title: title ?? known.title, body: body ?? known.body };
  };
  return {
    openPull: ({ branch, base, title, body, draft }: Parameters<TrackerRows["openPull"]>[0]): PullRow => {
      const open = sql
        .exec<PullRecord>("SELECT * FROM pulls WHERE branch = ? AND state = 'open'", branch)
        .toArray()[0];
      if (open) return pullOf(open);
      const number = nextNumber();
      sql.exec(
        "INSERT INTO pulls VALUES (?, ?, ?, ?, 'open', NULL, ?, ?)",
        number,
        branch,
        base,
        draft ? 1 : 0,
        cipher.keyId,
        sealJson(cipher, { title, body }, context(number)),
      );
      return { number, branch, base, title, body, draft, state: "open", mergeSha: null };
    },
    updatePull: (number: number, change: PullChange) => {
      const text = textWith(number, change);
      sql.exec(
        `UPDATE pulls SET draft = coalesce(?, draft), state = coalesce(?, state),
           merge_sha = coalesce(?, merge_sha), key_id = coalesce(?, key_id), body = coalesce(?, body)
         WHERE number = ? AND state <> 'merged'`,
        change.draft === undefined ? null : Number(change.draft),
        change.state ?? null,
        change.mergeSha ?? null,
        text && cipher.keyId,
        text && sealJson(cipher, text, context(number)),
        number,
      );
    },
  };
}

function statusRows(sql: SqlStorage) {
  return {
    putStatus: (sha: string, { name, state, url }: Check) => {
      sql.exec("INSERT OR REPLACE INTO statuses VALUES (?, ?, ?, ?)", sha, name, state, url);
    },
    statuses: (sha: string): Check[] =>
      sql
        .exec<{ name: string; state: Check["state"]; url: string | null }>(
          "SELECT name, state, url FROM statuses WHERE sha = ? ORDER BY name",
          sha,
        )
        .toArray()
        .map((row) => ({ ...row, required: true })),
  };
}
