import { issueSnapshot } from "@tamma/core/domain/loop/issue-snapshot.ts";
import type { IssueSnapshot } from "@tamma/core/domain/loop/work.ts";
import type { IssueRow } from "./tracker-rows.ts";

/** The issue's text as it is now, for a loop that starts; later edits do not steer it. */
export function snapshotOf(row: IssueRow, repository: string, origin: string): IssueSnapshot {
  const { number, title, labels, comments } = row;
  const url = `${origin}/app/repos/${encodeURIComponent(repository)}/issues/${number}`;
  // Issues of plain Git are written through our own API, by people whose token may do everything here.
  const mayWrite = true;
  // Only what the record keeps: its state must be the same when it is read again.
  const said = comments.map(({ author, body, at }) => ({ author, body, at, mayWrite }));
  const snapshot = {
    id: String(number),
    number,
    title,
    body: row.body,
    author: row.author,
    mayWrite,
    labels,
    url,
  };
  return issueSnapshot({ ...snapshot, comments: said });
}
