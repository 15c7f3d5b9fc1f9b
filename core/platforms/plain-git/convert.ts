import type { PullRow } from "../../ports/plain-git-store.ts";
import type { PullRequestRef } from "../../ports/platform.ts";

export function convertPull(row: PullRow, urlOf: (number: number) => string): PullRequestRef {
  return { id: String(row.number), number: row.number, url: urlOf(row.number) };
}
