import { expect, test } from "vitest";
import { ann, bob, type Dialect, eve, type PlatformStage, project } from "./platform-stage.ts";
import { atCheckpoint, atDesign, begun, loopsOf, openCheckpoint, over } from "./platform-trouble.ts";

/** What GitHub takes as one comment; Gitea takes more. */
const commentCharsMax = 65_536;
const sentinel = "Orders begin a line";

/** Comments are heard in their order: when this one was answered, all before it were heard. */
async function heardAll({ forge, said, eventually }: PlatformStage, issue: number): Promise<void> {
  const answers = () => said(issue).filter((body) => body.includes(sentinel)).length;
  const before = answers();
  forge.people.comment(bob, issue, "/tamma help");
  await eventually("the help", () => answers() > before);
}

/** What people say to a loop, rightly and wrongly. */
export function wordTroubles(dialect: Dialect): void {
  test(`${dialect}: who may not write is refused with the reason, once however often`, async () => {
    const { platform, issue, loop } = await atDesign(dialect);
    await using _ = platform;
    const { stage, forge, said } = platform;
    for (const order of ["/tamma approve", "/tamma stop", "/tamma approve"])
      forge.people.comment(eve, issue, order);
    await heardAll(platform, issue);
    const refusals = said(issue).filter((body) => body.includes("only people with write access"));
    expect(refusals).toHaveLength(1);
    expect(refusals[0]).toContain("eve");
    expect(atCheckpoint("design")(await stage.view(loop))).toBe(true);
  });

  test(`${dialect}: what only looks like an order, or became one later, is none`, async () => {
    const { platform, issue, loop } = await atDesign(dialect, { ci: "none" });
    await using _ = platform;
    const { stage, forge } = platform;
    const { people } = forge;
    for (const body of [
      "> /tamma stop",
      "```\n/tamma stop\n```",
      "    /tamma stop",
      "use `/tamma stop` to end it",
      "<!--\n/tamma stop\n-->",
      "- /tamma stop",
      "/tamma stopp",
      "/tamma stop now please",
    ])
      people.comment(bob, issue, body);
    const comment = people.comment(bob, issue, "Looks good.");
    people.editComment(bob, comment, "/tamma stop");
    await forge.fork(project, "eve");
    const theirs = { in: "eve/calc", by: "eve" };
    await people.push(theirs, "tamma/1-theirs", { files: { "x.md": "/tamma stop\n" } });
    const pull = await people.openPull(eve, {
      ...{ title: "Theirs", body: "/tamma stop", head: "tamma/1-theirs", base: "main", draft: false },
      fork: "eve/calc",
    });
    people.setState(eve, pull.issue.number, "closed");
    await heardAll(platform, issue);
    expect(atCheckpoint("design")(await stage.view(loop))).toBe(true);
    expect(await loopsOf(platform)).toHaveLength(1);
  });

  test(`${dialect}: a yes from before the question, be it in the same second, is refused`, async () => {
    const platform = await stageWithEarlyYes(dialect);
    await using _ = platform.platform;
    const { stage, said, eventually } = platform.platform;
    await stage.call("POST", "/api/v1/server/reconcile", {});
    await eventually("the refusal", () =>
      said(platform.issue).some((body) => body.includes("was not yet here when this was written")),
    );
    expect(atCheckpoint("design")(await stage.view(platform.loop))).toBe(true);
  });

  test(`${dialect}: status, pause, resume and stop are obeyed, two in one comment too`, async () => {
    const { platform, issue, loop } = await atDesign(dialect, { ci: "none" });
    await using _ = platform;
    const { stage, forge, said, eventually } = platform;
    forge.people.comment(bob, issue, "/tamma pause");
    // There is nothing to pause.
    await eventually("the refusal", () =>
      said(issue).some((body) => body.includes("does nothing meanwhile")),
    );
    await stage.decide(loop, "approve");
    await stage.until(loop, ({ word }) => word === "waiting for checks");
    const before = said(issue).length;
    forge.people.comment(bob, issue, "/tamma status\n/tamma pause");
    const paused = await stage.until(loop, (view) => view.ask?.kind === "obstacle");
    expect(JSON.stringify(paused.ask)).toContain("paused");
    await heardAll(platform, issue);
    const answers = said(issue).slice(before);
    expect(answers.filter((body) => /waiting for checks.*step \d+\/14/.test(body))).toHaveLength(1);
    forge.people.comment(bob, issue, "/tamma resume");
    await stage.until(loop, ({ word }) => word === "waiting for checks");
    forge.people.comment(bob, issue, "/tamma stop");
    const end = await stage.until(loop, over);
    expect(end).toMatchObject({ word: "cancelled", reason: expect.stringContaining("bob") });
  });

  test(`${dialect}: the label put twice is one loop, and put again after its end another one`, async () => {
    const { platform, issue, loop } = await atDesign(dialect);
    await using _ = platform;
    const { stage, forge, said, eventually } = platform;
    const { people, webhooks } = forge;
    const labels = () =>
      forge
        .repository(project)
        .issues.get(issue)
        ?.labels.map(({ name }) => name) ?? [];
    const refusals = () => said(issue).filter((body) => body.includes("so it starts no other loop")).length;
    for (let times = 0; times < 2; times += 1) {
      people.label(ann, issue, { add: ["tamma"] });
      await eventually("the label's end", () => !labels().includes("tamma"));
    }
    // Of these nobody hears before the loop is over.
    webhooks.order({ what: "lose", event: "issues" });
    people.label(ann, issue, { add: ["tamma"] });
    webhooks.order({ what: "lose", event: "issue_comment" });
    people.comment(bob, issue, "/tamma start");
    await webhooks.settled();
    people.comment(bob, issue, "/tamma stop");
    const { endedAt } = await stage.until(loop, over);
    await eventually("the loop's label gone", () => !labels().includes("tamma:working"));
    people.label(bob, issue, { add: ["bug"] });
    await stage.call("POST", "/api/v1/server/reconcile", {});
    await heardAll(platform, issue);
    expect(await loopsOf(platform)).toHaveLength(1);
    expect(refusals()).toBeGreaterThan(0);
    people.label(ann, issue, { remove: ["tamma"] });
    // The platform tells seconds alone.
    await eventually("another second", () => Date.now() > (endedAt ?? 0) + 1_000);
    people.label(bob, issue, { add: ["tamma"] });
    await eventually("the second loop's begin", () => !labels().includes("tamma"));
    await heardAll(platform, issue);
    const loops = await loopsOf(platform);
    expect(loops.map(({ id }) => id)).toEqual(expect.arrayContaining([loop, loop.replace(/#1$/, "#2")]));
    expect(loops).toHaveLength(2);
  });
}

/** Somebody said yes before there was a loop, and nobody told of it in time. */
async function stageWithEarlyYes(dialect: Dialect) {
  const found = await begun(dialect);
  const { stage, forge, said, eventually } = found.platform;
  forge.webhooks.order({ what: "lose", event: "issue_comment" });
  forge.people.comment(ann, found.issue, "/tamma approve");
  await forge.webhooks.settled();
  await stage.until(found.loop, atCheckpoint("design"));
  await eventually("the question", () => said(found.issue).some((body) => body.includes("Option 2")));
  // Platforms tell seconds alone: both may have come in the same one.
  const { comments } = forge.repository(project).issues.get(found.issue) ?? { comments: [] };
  const question = comments.find(({ body }) => body.includes("Option 2"));
  for (const each of comments.filter(({ body }) => body === "/tamma approve"))
    Object.assign(each, { createdAt: question?.createdAt });
  return found;
}

/** What is too much, and what is cut off. */
export function hostTroubles(dialect: Dialect): void {
  test(`${dialect}: a megabyte of issue and comments as long as can be are read`, async () => {
    const line = "All of this has to be read by somebody. `";
    const body = line.repeat(Math.ceil(1_000_000 / line.length));
    const { platform, issue, loop } = await atDesign(dialect, { body });
    await using _ = platform;
    const { stage, forge, said, eventually } = platform;
    const first = openCheckpoint(await stage.view(loop));
    const fill = (text: string, by: string) => text + by.repeat((commentCharsMax - text.length) / by.length);
    forge.people.comment(eve, issue, fill("a", "`"));
    forge.people.comment(bob, issue, fill("@", "a."));
    forge.people.comment(bob, issue, fill("/tamma change ", "more of it "));
    // What lies in between may be over before anybody looks.
    await stage.until(loop, (view) => atCheckpoint("design")(view) && openCheckpoint(view) !== first);
    await eventually(
      "the question",
      () => said(issue).filter((each) => each.includes("Option 2")).length > 1,
    );
    for (const each of said(issue)) expect(each.length).toBeLessThanOrEqual(commentCharsMax);
  });

  test(`${dialect}: a server that is killed after it took a delivery acts on it later`, async () => {
    const { platform, issue, loop } = await atDesign(dialect);
    await using _ = platform;
    const { stage, forge, said, eventually } = platform;
    const [hook] = forge.repository(project).hooks;
    // What is asked of the platform before a loop ends never comes to an answer.
    forge.faults.add({ times: 20 }, { slowMs: 60_000 });
    forge.people.comment(bob, issue, "/tamma stop");
    await eventually("the answer", () => hook && forge.webhooks.deliveries(hook).at(-1)?.statusCode === 202);
    expect((await stage.view(loop)).endedAt).toBeNull();
    await stage.server.stop("SIGKILL");
    forge.faults.clear();
    await stage.startServer();
    const end = await stage.until(loop, over);
    expect(end).toMatchObject({ word: "cancelled", reason: expect.stringContaining("bob") });
    await eventually("the last word", () => said(issue).some((body) => body.includes("cancelled")));
    expect(await loopsOf(platform)).toHaveLength(1);
  });
}
