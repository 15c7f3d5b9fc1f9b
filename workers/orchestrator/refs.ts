import type { LoopRow } from "./objects.ts";

/** Branches of running loops that were seen at another head than the loop knows of. */
export function changedHeads(
  rows: LoopRow[],
  heads: Record<string, string | null>,
): { loop: string; branch: string; head: string }[] {
  return rows.flatMap((row) => {
    const { branch } = row;
    const head = branch === null ? undefined : heads[branch];
    // A branch that is gone tells nothing: the next push fails on its lease and says why.
    if (!row.active || branch === null || !head || head === row.head) return [];
    return [{ loop: row.summary.id, branch, head }];
  });
}
