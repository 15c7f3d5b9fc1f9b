import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import type { LoopList } from "@tamma/core/protocol/rest.ts";
import { expect, test } from "vitest";
import { calcScript, edits, multiply, plan, title } from "./calc.ts";
import { expectFew } from "./platform-requests.ts";
import {
  ann,
  bob,
  type Dialect,
  eve,
  openPlatformStage,
  type PlatformStage,
  project,
} from "./platform-stage.ts";

const asking = {
  ...plan,
  ...{ ambiguity: 80, questions: [{ id: "q1", question: "Of two?", why: "or of many", suggested: "two" }] },
};
/** What people order in comments and is taken: an answer, and an approval. */
const orders = 2;
const reply = "It says what it does now.";

/** Right by the project's own tests, wrong by a check that only the platform makes. */
const script = calcScript({
  ...{ plan: asking, answered: plan },
  develop: {
    "1": {
      attempts: [{ red: [edits.red], green: [multiply("a * b", "// SLOW\n")] }, { fix: [multiply("a * b")] }],
      address: { edits: [multiply("a * b", "// a times b\n")], reply },
    },
  },
});

const atCheckpoint = (step: string) => (view: LoopView) =>
  view.step === step && view.ask?.kind === "checkpoint";

/** The main way of a loop on a platform with webhooks; the same for each of them. */
export function platformLoop(dialect: Dialect): void {
  test(`${dialect}: from a label to a merge, decided in comments, mended from a log, reviewed`, async () => {
    const ci = (file: (path: string) => string) =>
      file("src/calc.js").includes("SLOW") ? "src/calc.js:5: error: SLOW code is not allowed here" : null;
    await using platform = await openPlatformStage(dialect, { script, ci });
    const { stage, forge, said, eventually } = platform;
    const { people } = forge;
    const issue = people.openIssue(ann, { title, body: "We need it." });
    people.label(ann, issue.number, { add: ["tamma"] });
    const loop = await platform.loopOf(issue.number);

    await eventually("the questions", () => said(issue.number).find((body) => body.includes("Of two?")));
    people.comment(bob, issue.number, "/tamma answer 1 of two");
    await stage.until(loop, atCheckpoint("design"));
    await eventually("the options", () => said(issue.number).find((body) => body.includes("Option 2")));
    people.comment(eve, issue.number, "/tamma approve");
    await eventually("the refusal", () => said(issue.number).find((body) => body.includes("write access")));
    expect((await stage.view(loop)).ask?.kind).toBe("checkpoint");
    people.comment(ann, issue.number, "/tamma approve");

    const { pullRequest, attempts } = await completed(platform, loop);
    expect(attempts.ci).toBe(1);
    const gates = (await stage.events(loop)).filter(({ type }) => type === "GateFailed");
    expect(JSON.stringify(gates)).toContain("SLOW code is not allowed here");
    const number = pullRequest?.number ?? 0;
    expect(platform.pull(number)).toMatchObject({ draft: false });

    const line =
      platform.file(platform.pull(number).headSha, "src/calc.js").split("\n").indexOf("  return a * b;") + 1;
    people.review(bob, number, {
      ...{ verdict: "commented", body: "" },
      comments: [{ path: "src/calc.js", line, body: "Say what it does." }],
    });
    await eventually("the reply", () =>
      platform.threads(number).some((each) => each.at(-1)?.includes(reply)),
    );
    await completed(platform, loop);
    await stage.decide(loop, "approve");
    const end = await stage.until(loop, ({ endedAt }) => endedAt !== null);
    expect(end.word).toBe("merged");
    const { refs, issues } = forge.repository(project);
    expect(refs.get("main")).toBe(end.mergeSha);
    await eventually("the end", () => issues.get(issue.number)?.state === "closed");
    const branches = () => [...forge.repository(project).refs.keys()];
    await eventually("the branch's end", () => !branches().some((name) => name.startsWith("tamma/")));
    await eventually("the last word", () => said(issue.number).some((body) => /Tamma.*merged/.test(body)));
    expect(platform.file("main", "src/calc.js")).toContain("a times b");
    await eventually("the end of its labels", () => issues.get(issue.number)?.labels.length === 0);
    expectFew(forge.requests, orders);
  });
}

/** Deliveries that come late, out of order or not at all. */
export function platformLosses(dialect: Dialect): void {
  test(`${dialect}: what was never delivered, or out of order, is one loop all the same`, async () => {
    await using platform = await openPlatformStage(dialect, { script: calcScript() });
    const { stage, forge, said, eventually } = platform;
    const { people, webhooks } = forge;
    const issue = people.openIssue(ann, { title, body: "We need it." });
    webhooks.reverseNext(2);
    people.label(ann, issue.number, { add: ["tamma"] });
    people.assign(ann, issue.number, ["tamma-bot"]);
    const loop = await platform.loopOf(issue.number);
    await stage.until(loop, atCheckpoint("design"));
    await eventually("the question", () => said(issue.number).some((body) => body.includes("Needs you")));

    webhooks.order({ what: "lose" });
    people.comment(ann, issue.number, "/tamma approve");
    await webhooks.settled();
    expect((await stage.view(loop)).ask?.kind).toBe("checkpoint");
    await stage.call("POST", "/api/v1/server/reconcile", {});
    const { pullRequest } = await completed(platform, loop);
    const { loops } = await stage.call<LoopList>("GET", "/api/v1/loops?state=all");
    expect(loops).toHaveLength(1);

    people.setState(ann, pullRequest?.number ?? 0, "closed");
    const end = await stage.until(loop, ({ endedAt }) => endedAt !== null);
    expect(end).toMatchObject({ word: "cancelled" });
  });
}

function completed({ stage }: PlatformStage, loop: string): Promise<LoopView> {
  return stage.until(loop, atCheckpoint("complete"));
}
