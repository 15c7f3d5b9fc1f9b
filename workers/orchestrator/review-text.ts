import type { Finding } from "@tamma/core/domain/loop/proposal.ts";
import type { PlainGitStore } from "@tamma/core/ports/plain-git-store.ts";

/** More of a review than this is not read, and would not fit into its row. */
const reviewCharsMax = 200_000;

/** A review as one comment: where there are no lines to comment at, each finding names its own. */
export function reviewText({ sha, summary, findings }: Parameters<PlainGitStore["putReview"]>[1]): string {
  const all = [`**Review of ${sha.slice(0, 12)}**`, summary, findings.map(findingText).join("\n")];
  return all
    .filter((part) => part !== "")
    .join("\n\n")
    .slice(0, reviewCharsMax);
}

function findingText({ severity, path, line, title, detail, suggestion }: Finding): string {
  const more = [detail, suggestion ?? ""].filter((text) => text.trim() !== "");
  const head = `- **${severity}** \`${path}:${line}\` ${title}`;
  // Indented, what it says stays a part of this item.
  return [head, ...more.flatMap((text) => text.split("\n")).map((text) => `  ${text}`)].join("\n");
}
