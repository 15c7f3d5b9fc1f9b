import type { LoopList } from "@tamma/core/protocol/rest.ts";
import { expect, test } from "vitest";
import { calcScript, title } from "./calc.ts";
import { ann, bob, type Dialect, eve, openPlatformStage, project } from "./platform-stage.ts";

/** The main way of a loop on a platform with webhooks; the same for each of them. */
export function platformLoop(dialect: Dialect): void {
  test(`${dialect}: a label becomes a merge, decided in comments`, async () => {
    await using platform = await openPlatformStage(dialect, { script: calcScript() });
    const { stage, forge, said, eventually } = platform;
    const { people } = forge;
    const issue = people.openIssue(ann, { title, body: "We need it." });
    people.label(ann, issue.number, { add: ["tamma"] });
    const loop = await platform.loopOf(issue.number);
    await stage.until(loop, ({ ask }) => ask?.kind === "checkpoint");
    await eventually("the question", () => said(issue.number).some((body) => body.includes("Needs you")));

    people.comment(eve, issue.number, "/tamma approve");
    await eventually("the refusal", () => said(issue.number).find((body) => body.includes("write access")));
    expect((await stage.view(loop)).ask?.kind).toBe("checkpoint");

    people.comment(bob, issue.number, "/tamma approve");
    const asked = await stage.until(
      loop,
      ({ ask, step }) => step === "complete" && ask?.kind === "checkpoint",
    );
    expect(asked.pullRequest?.number).toBeGreaterThan(issue.number);
    await stage.decide(loop, "approve");
    const end = await stage.until(loop, ({ endedAt }) => endedAt !== null);
    expect(end.word).toBe("merged");
    const { refs } = forge.repository(project);
    expect(refs.get("main")).toBe(end.mergeSha);
  });

  test(`${dialect}: what was never delivered, or out of order, is one loop all the same`, async () => {
    await using platform = await openPlatformStage(dialect, { script: calcScript() });
    const { stage, forge, said, eventually } = platform;
    const { people, webhooks } = forge;
    const issue = people.openIssue(ann, { title, body: "We need it." });
    webhooks.reverseNext(2);
    people.label(ann, issue.number, { add: ["tamma"] });
    people.assign(ann, issue.number, ["tamma-bot"]);
    const loop = await platform.loopOf(issue.number);
    await stage.until(loop, ({ ask }) => ask?.kind === "checkpoint");
    await eventually("the question", () => said(issue.number).some((body) => body.includes("Needs you")));

    webhooks.order({ what: "lose" });

    people.comment(ann, issue.number, "/tamma approve");
    await webhooks.settled();
    expect((await stage.view(loop)).ask?.kind).toBe("checkpoint");
    await stage.call("POST", "/api/v1/server/reconcile", {});
    const asked = await stage.until(loop, ({ step, ask }) => step === "complete" && ask !== null);
    const { loops } = await stage.call<LoopList>("GET", "/api/v1/loops?state=all");
    expect(loops).toHaveLength(1);

    people.setState(ann, asked.pullRequest?.number ?? 0, "closed");
    const end = await stage.until(loop, ({ endedAt }) => endedAt !== null);
    expect(end).toMatchObject({ word: "cancelled" });
  });
}
