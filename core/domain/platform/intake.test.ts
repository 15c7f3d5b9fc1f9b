import { describe, expect, test } from "vitest";
import { intake, lookOf } from "./intake.ts";
import type { CommentNews, IssueNews, News, PlatformUser, PullRequestNews } from "./webhook.ts";

const account: PlatformUser = { id: "9", login: "tamma-bot", bot: false };
const ann: PlatformUser = { id: "1", login: "ann", bot: false };
const robot: PlatformUser = { id: "2", login: "renovate[bot]", bot: true };
const repository = { id: "7", name: "acme/calc" };

const issue = (more: Partial<IssueNews> = {}): IssueNews => ({
  ...{ number: 3, title: "Round", body: "", state: "open", labels: [], assignees: [], author: ann },
  ...{ at: 1_000, given: null },
  ...more,
});
const pull = (more: Partial<PullRequestNews> = {}): PullRequestNews => ({
  ...{
    number: 4,
    title: "Round",
    state: "open",
    draft: true,
    headBranch: "tamma/3-round",
    head: "a".repeat(40),
  },
  ...{ baseBranch: "main", fork: false, author: account, mergeSha: null, ...more },
});
const comment = (more: Partial<CommentNews> = {}): CommentNews => ({
  ...{ id: "5", key: null, body: "/tamma approve", author: ann, at: 1_000, ...more },
});
const asked = (news: News, sender = ann) => intake({ repository, sender, news }, account);

describe("issues", () => {
  test("a label starts a loop, whichever change brings the news of it", () => {
    for (const change of ["opened", "labels", "assignees", "reopened"] as const)
      expect(asked({ kind: "issue", change, issue: issue({ labels: ["bug", "tamma"] }) })).toEqual({
        ...{ ask: "start", issue: 3, trigger: "label", at: 1_000, fresh: null },
      });
  });

  test("an assignment to the account starts a loop, unless its own person made it", () => {
    const news = { kind: "issue", change: "assignees", issue: issue({ assignees: [account] }) } as const;
    expect(asked(news)).toEqual({ ask: "start", issue: 3, trigger: "assignment", at: 1_000, fresh: null });
    expect(asked(news, account)).toMatchObject({ ignored: expect.stringContaining("tamma-bot") });
  });

  test("another label on an issue that is assigned to the account starts nothing", () => {
    const news = issue({ labels: ["bug"], assignees: [account] });
    expect(asked({ kind: "issue", change: "labels", issue: news })).toHaveProperty("ignored");
  });

  test("whether the change itself gave label or assignment is passed on, where it is told", () => {
    const fresh = (more: Partial<IssueNews>, change: "labels" | "assignees") =>
      asked({ kind: "issue", change, issue: issue(more) });
    const labelled = { labels: ["tamma", "bug"] };
    const gave = (labels: string[], assignees: string[]) => ({ given: { labels, assignees } });
    expect(fresh({ ...labelled, ...gave(["tamma"], []) }, "labels")).toHaveProperty("fresh", true);
    expect(fresh({ ...labelled, ...gave(["bug"], []) }, "labels")).toHaveProperty("fresh", false);
    const both = { assignees: [account, ann] };
    expect(fresh({ ...both, ...gave([], ["9"]) }, "assignees")).toHaveProperty("fresh", true);
    expect(fresh({ ...both, ...gave([], ["1"]) }, "assignees")).toHaveProperty("fresh", false);
  });

  test("no program starts a loop, by a label or an assignment", () => {
    const marked = issue({ labels: ["tamma"], assignees: [account] });
    for (const change of ["opened", "labels", "assignees", "reopened"] as const)
      expect(asked({ kind: "issue", change, issue: marked }, robot)).toEqual({
        ignored: expect.stringContaining("program"),
      });
  });

  test("neither a later edit nor a closed issue starts anything", () => {
    const labels = ["tamma"];
    expect(asked({ kind: "issue", change: "text", issue: issue({ labels }) })).toHaveProperty("ignored");
    const closed = issue({ labels, state: "closed" });
    expect(asked({ kind: "issue", change: "labels", issue: closed })).toHaveProperty("ignored");
  });

  test("one that was closed or is gone is looked at", () => {
    for (const change of ["closed", "gone"] as const)
      expect(asked({ kind: "issue", change, issue: issue() })).toEqual({ ask: "look-at-issue", number: 3 });
  });
});

describe("comments", () => {
  const said = (more: Partial<CommentNews>, change: "created" | "edited" | "deleted" = "created") =>
    asked({ kind: "comment", change, on: "issue", number: 3, comment: comment(more) });

  test("a person's is heard as it was first written", () => {
    expect(said({})).toEqual({ ask: "hear", on: "issue", number: 3, comment: comment() });
    expect(said({}, "edited")).toHaveProperty("ignored");
    expect(said({}, "deleted")).toHaveProperty("ignored");
  });

  test("Tamma's own is no order, and a person who shares the account is heard", () => {
    expect(said({ author: account, key: "l#1:sticky" })).toEqual({ ignored: "Tamma wrote it" });
    expect(said({ author: account })).toHaveProperty("ask", "hear");
  });

  test("somebody who copies Tamma's mark is heard all the same", () => {
    expect(said({ key: "l#1:sticky" })).toHaveProperty("ask", "hear");
  });

  test("no program gives orders", () => {
    expect(said({ author: robot })).toEqual({ ignored: expect.stringContaining("program") });
  });
});

describe("pull requests, branches, checks", () => {
  test("a closed or merged one is looked at", () => {
    for (const change of ["closed", "merged"] as const)
      expect(asked({ kind: "pull-request", change, pullRequest: pull() })).toEqual({
        ...{ ask: "look-at-pull-request", number: 4 },
      });
  });

  test("nothing of a fork moves a loop", () => {
    for (const change of ["closed", "merged", "head", "opened"] as const)
      expect(asked({ kind: "pull-request", change, pullRequest: pull({ fork: true }) })).toHaveProperty(
        "ignored",
      );
  });

  test("only branches of Tamma are followed", () => {
    const push = (branch: string) => asked({ kind: "push", branch, before: null, after: "a".repeat(40) });
    expect(push("tamma/3-round")).toEqual({ ask: "look-at-branch", branch: "tamma/3-round" });
    expect(push("main")).toHaveProperty("ignored");
    const moved = { kind: "pull-request", change: "head", pullRequest: pull({ headBranch: "fix" }) } as const;
    expect(asked(moved)).toHaveProperty("ignored");
  });

  test("the many checks of a commit ask for one look, and what people say for one each", () => {
    const sha = "b".repeat(40);
    expect(lookOf({ kind: "checks", sha })).toBe(`checks:${sha}`);
    expect(asked({ kind: "checks", sha })).toEqual({ ask: "look-at-checks", sha });
    expect(
      lookOf({ kind: "comment", change: "created", on: "issue", number: 3, comment: comment() }),
    ).toBeNull();
    expect(lookOf({ kind: "issue", change: "labels", issue: issue() })).toBeNull();
  });

  test("a review, its remarks and its branch ask for one look each, whoever tells of them", () => {
    const sha = "c".repeat(40);
    const verdict = { verdict: "commented", review: "11", body: "", sha, author: ann } as const;
    const review = { kind: "review", pullRequest: 4, ...verdict } as const;
    const where = { pullRequest: 4, thread: "5", path: "a.ts" };
    const remark = { kind: "review-comment", change: "created", ...where, comment: comment() } as const;
    for (const news of [review, remark]) {
      expect(lookOf(news)).toBe("reviews:4");
      expect(asked(news)).toEqual({ ask: "look-at-reviews", pullRequest: 4 });
    }
    expect(asked({ ...remark, change: "edited" })).toHaveProperty("ignored");
    const push = { kind: "push", branch: "tamma/3-round", before: null, after: sha } as const;
    const head = { kind: "pull-request", change: "head", pullRequest: pull() } as const;
    for (const news of [push, head]) {
      expect(lookOf(news)).toBe("branch:tamma/3-round");
      expect(asked(news)).toEqual({ ask: "look-at-branch", branch: "tamma/3-round" });
    }
  });

  test("what people do to a pull request beside its head and its end moves nothing", () => {
    const changes = ["opened", "text", "draft", "labels", "assignees", "reviewers", "reopened"] as const;
    for (const change of changes) {
      const news = { kind: "pull-request", change, pullRequest: pull() } as const;
      expect(asked(news)).toHaveProperty("ignored");
      expect(lookOf(news)).toBeNull();
    }
    const resolved = { kind: "thread", change: "resolved", pullRequest: 4, thread: "5" } as const;
    expect(asked(resolved)).toHaveProperty("ignored");
    expect(lookOf(resolved)).toBeNull();
  });
});
