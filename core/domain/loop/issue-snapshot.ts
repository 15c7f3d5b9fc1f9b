import type { IssueSnapshot } from "./work.ts";

/**
 * The snapshot travels in the loop's first event, which may have 1 MB; a character may take six bytes there.
 * Prompts read less of it than this; a longer text is a pasted log.
 */
export const snapshotBodyCharsMax = 50_000;
/** Of all comments together. The newest are kept: they say what the issue has become. */
export const snapshotCommentCharsMax = 60_000;

type Comment = IssueSnapshot["comments"][number];

/** The issue as the loop takes it along: whole, or cut with a note that says how much is missing. */
export function issueSnapshot(issue: IssueSnapshot): IssueSnapshot {
  const { id, number, title, author, mayWrite, labels, url } = issue;
  const comments = newestComments(issue.comments);
  const left = issue.comments.length - comments.length;
  const leftOut = left === 0 ? "" : `\n\n(${left} older comments are left out; all are at ${url})`;
  const body = cut(issue.body, snapshotBodyCharsMax, url) + leftOut;
  return { id, number, title, body, author, mayWrite, labels, comments, url };

  /** From the newest back as long as there is room; the first that does not fit is cut. */
  function newestComments(all: readonly Comment[]): Comment[] {
    const kept: Comment[] = [];
    let room = snapshotCommentCharsMax;
    for (const { body: text, ...said } of all.toReversed()) {
      if (room <= 0) break;
      kept.unshift({ ...said, body: cut(text, room, url) });
      room -= text.length;
    }
    return kept;
  }
}

function cut(text: string, charsMax: number, url: string): string {
  if (text.length <= charsMax) return text;
  const missing = text.length - charsMax;
  const note = `(cut here: ${missing} more characters; all of it is at ${url})`;
  return `${text.slice(0, charsMax).toWellFormed()}\n${note}`;
}
