import { commitSubject } from "./commit-subject.ts";
import type { Facts } from "./state.ts";

/** What the commit of the merge says: one line, and why. Text of others in it orders nothing. */
export function mergeWords({ issue, pullRequest }: Facts): { title: string; message: string } {
  const number = pullRequest?.number ?? issue.number;
  return {
    title: `${commitSubject(issue.title, "")} (#${number})`,
    message: `Closes #${issue.number}.`,
  };
}
