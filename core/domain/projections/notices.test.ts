import { expect, test } from "vitest";
import type { Active, Ended, EscalatedLoop, Loop } from "../loop/state.ts";
import { atCheckpoint, factsOf, leased, result, say } from "../loop/testing/commands.ts";
import { person, startLoop, verifyResult } from "../loop/testing/samples.ts";
import { send, started } from "../loop/testing/scenario.ts";
import { endedComment, escalationComment, noticeComment, stickyComment } from "./comments.ts";

const url = "http://tamma.test/app/loops/1";
const live = (loop: Loop) => loop as Active | EscalatedLoop;
const buildFails = { failing: ["build"], trouble: [] } as const;
const escalated = () =>
  say(say(started(), buildFails, "build old"), buildFails, "build old") as EscalatedLoop;

test("a completion shows its risk and how many persons are needed", () => {
  const verifying = leased("verify");
  const tree = factsOf(verifying).patch?.tree ?? "";
  const breaking = {
    path: "a.ts",
    name: "a",
    change: "removed",
    breaking: true,
    detail: "`a()` is gone",
  } as const;
  const report = verifyResult(tree, null, {
    ...{ weakened: [{ path: "test/a.test.ts", what: "a test is skipped" }], signatures: [breaking] },
  });
  const loop = send(verifying, result(verifying, { kind: "verify", result: report })).loop;
  const text = noticeComment(live(loop), url) ?? "";
  expect(text).toContain("- breaking: \\`a()\\` is gone");
  expect(text).toContain("- `test/a.test.ts`: a test is skipped");
  expect(text).toContain("Persons needed: 1.");
});

test("an escalation shows what was tried and the output, in a fence that it cannot close", () => {
  const loop = escalated();
  const card = { ...loop.card, excerpt: "a\n````\nb" };
  const text = escalationComment(card, loop.facts, url);
  expect(text).toContain("Tried:\n1. build fails with old\n2. build fails with old");
  expect(text).toContain("`````\na\n````\nb\n`````");
  expect(noticeComment(loop, url)).toContain("```\nold\n```");
});

test("an issue's title at assign is text, and mentions nobody", () => {
  const start = startLoop({ confirmAssign: true });
  const hostile = { ...start, issue: { ...start.issue, title: "@all **now** `x`" } };
  const begun = send({ state: "not-started" }, hostile).loop;
  const loop = live(send(begun, { type: "ReportClaimed" }).loop);
  for (const text of [noticeComment(loop, url) ?? "", stickyComment(loop, url)]) {
    expect(text).toContain("@\u200ball \\*\\*now\\*\\* \\`x\\`");
    expect(text).not.toContain("@all");
  }
});

test("a loop that ended without a merge keeps its branch and says so, if it had one", () => {
  const cancel = { type: "CancelLoop", by: person("ann"), reason: "wrong issue" } as const;
  const late = send(leased("develop"), cancel).loop as Ended;
  expect(endedComment(late, url)).toContain("The branch `tamma/7-round-half-up` is kept.");
  const early = send(started(), cancel).loop as Ended;
  expect(endedComment(early, url)).toContain("**Cancelled**: wrong issue.");
  expect(endedComment(early, url)).not.toContain("The branch");
});

test("a step before the plan has no plan to show", () => {
  const loop = started() as Active;
  expect(stickyComment(loop, url)).not.toContain("<details>");
  expect(stickyComment(loop, url)).toContain("| - | **Assign** |");
  expect(stickyComment(atCheckpoint("complete") as Active, url)).toContain("Pull request: #1");
});
