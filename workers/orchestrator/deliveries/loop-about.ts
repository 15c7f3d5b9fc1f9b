import type { News } from "@tamma/core/domain/platform/webhook.ts";
import { activeLoopOf, type KnownRepository } from "@tamma/core/domain/repository/state.ts";
import type { LoopRow } from "../objects.ts";

/** Which loop news are about, by what is known of loops now; null: none. `rows`: asked where it is needed. */
export function loopAbout(news: News, known: KnownRepository | null, rows: () => LoopRow[]): string | null {
  const ofIssue = (issue: number) => {
    const active = known && activeLoopOf(known, issue);
    return active?.loop ?? known?.loops.findLast((each) => each.issue === issue)?.loop ?? null;
  };
  const where = (fits: (row: LoopRow) => boolean) => rows().find(fits)?.summary.id ?? null;
  const ofPull = (number: number) => where(({ pullRequest }) => pullRequest === number);
  switch (news.kind) {
    case "issue":
      return ofIssue(news.issue.number);
    case "comment":
      return news.on === "issue" ? ofIssue(news.number) : ofPull(news.number);
    case "pull-request":
      return ofPull(news.pullRequest.number);
    case "review":
    case "review-comment":
    case "thread":
      return ofPull(news.pullRequest);
    case "push":
      return where(({ branch }) => branch === news.branch);
    case "checks":
      return where(({ head }) => head === news.sha);
    default:
      return news satisfies never;
  }
}
