import type { Check } from "@tamma/core/domain/loop/evidence.ts";
import type { CommentTarget, PullRow } from "@tamma/core/ports/plain-git-store.ts";
import type { CommentRow, ConversationRows } from "../../workers/orchestrator/conversation-rows.ts";
import type { TrackerRows } from "../../workers/orchestrator/tracker-rows.ts";
import type { DiskAccess } from "./disk.ts";

type IssueRecord = {
  creation: string;
  number: number;
  title: string;
  body: string;
  author: string;
  open: boolean;
};

/** Issues, comments, pull requests and verdicts in memory; see the rows in SQLite for what they mean. */
export function memoryTrackerRows(disk: DiskAccess): TrackerRows {
  const issues = disk.table<IssueRecord>("issues");
  const pulls = disk.table<PullRow>("pulls");
  const statuses = disk.table<readonly Check[]>("statuses");
  const conversation = memoryConversation(disk);
  const nextNumber = () => {
    const numbers = [...issues.rows(), ...pulls.rows()].map(({ number }) => number);
    return 1 + Math.max(0, ...numbers);
  };
  const issueOf = ({ creation: _, ...row }: IssueRecord) => {
    const target: CommentTarget = `issue:${row.number}`;
    return { ...row, labels: conversation.labels(target), comments: conversation.comments(target) };
  };
  return {
    ...conversation,
    nextNumber,
    issues: () => [...issues.rows()].sort((a, b) => a.number - b.number).map(issueOf),
    issue: (number) => {
      const row = issues.get(String(number));
      return row ? issueOf(row) : null;
    },
    madeUnder: (creation) => [...issues.rows()].find((row) => row.creation === creation)?.number ?? null,
    addIssue: ({ at: _, ...issue }) => issues.put(String(issue.number), { ...issue, open: true }),
    closeIssue: (number) => {
      const row = issues.get(String(number));
      if (row) issues.put(String(number), { ...row, open: false });
    },
    openPull: (pull) => {
      const open = [...pulls.rows()].find((row) => row.branch === pull.branch && row.state === "open");
      if (open) return open;
      const { branch, base, title, body, draft } = pull;
      const row = { number: nextNumber(), branch, base, title, body, draft, state: "open", mergeSha: null };
      pulls.put(String(row.number), row as PullRow);
      return row as PullRow;
    },
    updatePull: (number, change) => {
      const row = pulls.get(String(number));
      if (!row || row.state === "merged") return;
      const { draft = row.draft, state = row.state, title = row.title, body = row.body } = change;
      const mergeSha = change.mergeSha ?? row.mergeSha;
      pulls.put(String(number), { ...row, title, body, draft, state, mergeSha });
    },
    putStatus: (sha, { name, state, url }) => {
      const others = (statuses.get(sha) ?? []).filter((each) => each.name !== name);
      statuses.put(sha, [...others, { name, state, url, required: true }]);
    },
    statuses: (sha) => [...(statuses.get(sha) ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

function memoryConversation(disk: DiskAccess): ConversationRows {
  const labels = disk.table<readonly string[]>("labels");
  const comments = disk.table<readonly CommentRow[]>("comments");
  return {
    labels: (target) => [...(labels.get(target) ?? [])].sort(),
    addLabels: (target, more) => labels.put(target, [...new Set([...(labels.get(target) ?? []), ...more])]),
    removeLabels: (target, fewer) =>
      labels.put(
        target,
        (labels.get(target) ?? []).filter((label) => !fewer.includes(label)),
      ),
    comments: (target) => [...(comments.get(target) ?? [])],
    putComment: (target, id, author, body, at) => {
      const before = comments.get(target) ?? [];
      const known = before.some((each) => each.id === id);
      const replaced = before.map((each) => (each.id === id ? { ...each, body } : each));
      comments.put(target, known ? replaced : [...before, { id, author, body, at }]);
    },
  };
}
