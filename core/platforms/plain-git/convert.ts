import type { PullRow } from "../../ports/plain-git-store.ts";
import type { PullRequestRef } from "../../ports/platform.ts";

/** Issues and pull requests are our own here, so their ids are their numbers. */
export function numberOf(id: string): number {
  return Number(id);
}

export function convertPull(row: PullRow, urlOf: (number: number) => string): PullRequestRef {
  return { id: String(row.number), number: row.number, url: urlOf(row.number) };
}
