import type { Facts } from "./state.ts";

/** A readable piece of the title; longer names are unhandy in terminals. */
const slugCharsMax = 40;

/**
 * `tamma/<number>-<slug>`, with the run from the second on: readable, unique per loop, recognisable as
 * ours.
 */
export function branchName({ issue, loop }: Facts): string {
  const slug = issue.title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, slugCharsMax)
    .replace(/^-+|-+$/g, "");
  const run = Number(loop.slice(loop.lastIndexOf("#") + 1));
  return `tamma/${issue.number}${slug ? `-${slug}` : ""}${run > 1 ? `-${run}` : ""}`;
}
