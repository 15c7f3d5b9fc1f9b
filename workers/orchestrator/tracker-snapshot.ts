import { issueSnapshot } from "@tamma/core/domain/loop/issue-snapshot.ts";
import type { IssueSnapshot } from "@tamma/core/domain/loop/work.ts";
import type { IssueRow } from "./tracker-rows.ts";

/** The issue's text as it is now, for a loop that starts; later edits do not steer it. */
export function snapshotOf(row: IssueRow, repository: string, origin: string): IssueSnapshot {
  const { number, title, body, author, labels, comments } = row;
  const url = `${origin}/app/repos/${encodeURIComponent(repository)}/issues/${number}`;
  // Issues of plain Git are written through our own API, by people whose token may do everything here.
  const mayWrite = true;
  const said = comments.map((comment) => ({ ...comment, mayWrite }));
  const snapshot = { id: String(number), number, title, body, author, mayWrite, labels, url };
  return issueSnapshot({ ...snapshot, comments: said });
}
