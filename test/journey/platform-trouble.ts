import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import type { LoopList } from "@tamma/core/protocol/rest.ts";
import { expect, test } from "vitest";
import { calcFiles, calcScript, title } from "./calc.ts";
import { ann, bob, type Dialect, openPlatformStage, type PlatformStage, project } from "./platform-stage.ts";

export const atCheckpoint = (step: string) => (view: LoopView) =>
  view.step === step && view.ask?.kind === "checkpoint";

/** The checkpoint that is open; null when none is. */
export const openCheckpoint = ({ ask }: LoopView) => (ask?.kind === "checkpoint" ? ask.checkpoint.id : null);

/** The issue's text; `none`: no CI ever looks at what is pushed. */
interface Begun {
  body?: string;
  ci?: "none";
}

/** A platform with one issue, labelled by somebody who may write, and its loop. */
export async function begun(
  dialect: Dialect,
  { body = "We need it.", ci }: Begun = {},
): Promise<{ platform: PlatformStage; issue: number; loop: string }> {
  const platform = await openPlatformStage(dialect, { script: calcScript(), ...(ci ? { ci } : {}) });
  const { people } = platform.forge;
  const { number } = people.openIssue(ann, { title, body });
  people.label(ann, number, { add: ["tamma"] });
  return { platform, issue: number, loop: await platform.loopOf(number) };
}

/** At the question about the design, and the question stands in the issue. */
export async function atDesign(dialect: Dialect, more?: Begun) {
  const found = await begun(dialect, more);
  const { stage, said, eventually } = found.platform;
  await stage.until(found.loop, atCheckpoint("design"));
  await eventually("the question", () => said(found.issue).some((each) => each.includes("Option 2")));
  return found;
}

/** Proven, and nothing is missing but the word of a person. */
export async function atCompletion(dialect: Dialect) {
  const found = await atDesign(dialect);
  const { stage } = found.platform;
  await stage.decide(found.loop, "approve");
  const view = await stage.until(found.loop, atCheckpoint("complete"));
  return { ...found, view };
}

export const over = ({ endedAt }: LoopView) => endedAt !== null;

export async function loopsOf({ stage }: PlatformStage): Promise<LoopList["loops"]> {
  return (await stage.call<LoopList>("GET", "/api/v1/loops?state=all")).loops;
}

/** The same lines as the loop's change, in other words. */
const others = `${calcFiles["src/calc.js"]}\nexport function times(x, y) {\n  return y * x;\n}\n`;

/** What people and the platform do to the code while a loop is at it. */
export function codeTroubles(dialect: Dialect): void {
  test(`${dialect}: a platform that wants fewer requests is waited for, and the loop goes on`, async () => {
    const { platform, loop } = await atDesign(dialect);
    await using _ = platform;
    const { stage, forge } = platform;
    const times = 6;
    forge.faults.add({ times }, { rateLimit: { resetAt: Date.now() + 3_000 } });
    const before = forge.requests.length;
    await stage.decide(loop, "approve");
    await stage.until(loop, atCheckpoint("complete"));
    const refused = forge.requests.slice(before).filter(({ status }) => status === 403 || status === 429);
    expect(refused).toHaveLength(times);
  });

  test(`${dialect}: a head that a person moved is verified before it is asked about again`, async () => {
    const { platform, loop, view } = await atCompletion(dialect);
    await using _ = platform;
    const { stage, forge } = platform;
    const branch = view.branch ?? "";
    const sha = await forge.people.push(bob, branch, { files: { "NOTES.md": "by hand\n" } });
    const again = await stage.until(loop, (now) => now.head === sha && atCheckpoint("complete")(now));
    const { proofs } = again;
    expect(proofs.some(({ kind, current }) => kind === "test" && current)).toBe(true);
    await stage.decide(loop, "approve");
    expect((await stage.until(loop, over)).word).toBe("merged");
    expect(platform.file("main", "NOTES.md")).toBe("by hand");
  });

  test(`${dialect}: a conflict with what somebody pushed to the base is handed over in words`, async () => {
    const { platform, loop } = await atCompletion(dialect);
    await using _ = platform;
    const { stage, forge } = platform;
    const sha = await forge.people.push(ann, "main", { files: { "src/calc.js": others } });
    await stage.decide(loop, "approve");
    const stuck = await stage.until(loop, (now) => now.word === "escalated" || now.endedAt !== null);
    expect(stuck.word).toBe("escalated");
    expect(JSON.stringify(stuck.ask)).toMatch(/conflict/i);
    expect(JSON.stringify(stuck.ask)).toContain("src/calc.js");
    expect(forge.repository(project).refs.get("main")).toBe(sha);
  });

  test(`${dialect}: a pull request that a person closed ends its loop, and says by whom`, async () => {
    const { platform, loop, view } = await atCompletion(dialect);
    await using _ = platform;
    platform.forge.people.setState(bob, view.pullRequest?.number ?? 0, "closed");
    const end = await platform.stage.until(loop, over);
    expect(end.word).toBe("cancelled");
    expect(end.reason).toMatch(/was closed by bob/);
  });

  test(`${dialect}: a merge past Tamma ends the loop, says so, and is not merged again`, async () => {
    const { platform, loop, view } = await atCompletion(dialect);
    await using _ = platform;
    const { stage, forge } = platform;
    const sha = await forge.people.merge(ann, view.pullRequest?.number ?? 0);
    const end = await stage.until(loop, over);
    expect(end.word).toBe("cancelled");
    expect(end.reason).toMatch(/was merged without Tamma by ann/);
    expect(forge.repository(project).refs.get("main")).toBe(sha);
  });

  test(`${dialect}: an issue that a person closed ends its loop`, async () => {
    const { platform, issue, loop } = await atDesign(dialect);
    await using _ = platform;
    platform.forge.people.setState(bob, issue, "closed");
    const end = await platform.stage.until(loop, over);
    expect(end.word).toBe("cancelled");
    expect(end.reason).toMatch(/was closed by bob/);
  });

  test(`${dialect}: who closed an issue unseen is named all the same`, async () => {
    const { platform, issue, loop } = await atDesign(dialect);
    await using _ = platform;
    const { stage, forge } = platform;
    await unheard(platform, "issues", () => forge.people.setState(bob, issue, "closed"));
    const end = await stage.until(loop, over);
    expect(end).toMatchObject({ word: "cancelled", reason: expect.stringContaining("was closed by bob") });
  });

  test(`${dialect}: a comment that was never delivered starts a loop where there is none`, async () => {
    const { platform, issue, loop } = await atDesign(dialect);
    await using _ = platform;
    const { stage, forge } = platform;
    const other = forge.people.openIssue(ann, { title: "Another one", body: "Later." });
    await unheard(platform, "issue_comment", () => {
      forge.people.comment(bob, other.number, "@tamma-bot please take this");
    });
    // One at a time: it waits for the first one's place.
    forge.people.comment(ann, issue, "/tamma stop");
    await stage.until(loop, over);
    expect(await platform.loopOf(other.number)).not.toBe(loop);
    expect(await loopsOf(platform)).toHaveLength(2);
  });
}

/** Nobody hears of it but by a look. */
async function unheard({ stage, forge }: PlatformStage, event: string, work: () => void): Promise<void> {
  forge.webhooks.order({ what: "lose", event });
  work();
  await forge.webhooks.settled();
  await stage.call("POST", "/api/v1/server/reconcile", {});
}
