import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import type { DeliveryPage } from "@tamma/core/protocol/deliveries.ts";
import { expect, test } from "vitest";
import { calcScript, title } from "./calc.ts";
import { ann, bob, type Dialect, eve, openPlatformStage, project } from "./platform-stage.ts";
import { root } from "./processes.ts";

const obstacle = (what: string) => (view: LoopView) =>
  view.ask?.kind === "obstacle" && view.ask.obstacle.what.includes(what);

/** Runs that cannot be started, are started and not answered for, or end without doing anything. */
export function platformDispatch(dialect: Dialect): void {
  test(`${dialect}: why no run does a job is said; a start without an answer is found again`, async () => {
    await using platform = await openPlatformStage(dialect, {
      ...{ script: calcScript(), config: { runner: "ci" }, ci: "none" },
    });
    const { stage, forge, said, eventually } = platform;
    const { people } = forge;
    await stage.runner.stop();
    const loops: (string | undefined)[] = [];
    const listed = async () =>
      (await stage.call<DeliveryPage>("GET", `/api/v1/deliveries?repository=${project}`)).deliveries;
    forge.whenDispatched(({ inputs }) => {
      loops.push(inputs.loop);
      // The first is cancelled by a person; the next waits for a machine.
      return loops.length === 1 ? { conclusion: "cancelled" } : null;
    });
    const issue = people.openIssue(ann, { title, body: "We need it." });
    people.label(ann, issue.number, { add: ["tamma"] });
    const loop = await platform.loopOf(issue.number);

    // Nobody has put the workflow there.
    await stage.until(loop, obstacle("404"));
    await eventually("the reason", () =>
      said(issue.number).find((body) => /404[\s\S]*--workflow[\s\S]*tamma retry/.test(body)),
    );
    const workflow = readFileSync(join(root, `runner/ci-templates/${dialect}.yml`), "utf8");
    await people.push(ann, "main", { files: { [`.${dialect}/workflows/tamma.yml`]: workflow } });

    // The platform does what it was asked for, and nobody hears of it.
    forge.faults.add({ method: "POST", path: /\/dispatches/ }, { cut: "after" });
    people.comment(bob, issue.number, "/tamma retry");
    await stage.until(loop, obstacle("the run was cancelled"));
    await eventually("the reason", () =>
      said(issue.number).find((body) => body.includes("the run was cancelled")),
    );
    expect(loops).toEqual([loop]);
    expect(forge.repository(project).runs).toMatchObject([{ conclusion: "cancelled" }]);

    // Who may not write lets nothing go on, and the list says so in one word.
    people.comment(eve, issue.number, "/tamma retry");
    const refused = async () => (await listed()).filter(({ outcome }) => outcome === "refused");
    await expect
      .poll(refused, { timeout: 30_000, interval: 50 })
      .toMatchObject([{ reason: "refused: eve has no write access" }]);

    // A person lets it go on: that is one more run, and no more than one.
    people.comment(bob, issue.number, "/tamma retry");
    await eventually("the second run", () => loops.length === 2);
    await stage.until(loop, ({ word }) => word === "waiting for a runner");
    await stage.call("POST", "/api/v1/server/reconcile", {});
    await forge.webhooks.settled();
    expect(loops).toEqual([loop, loop]);

    // Each delivery that began or moved the loop leads to it.
    const deliveries = await listed();
    const told = deliveries.filter(({ loop: about }) => about?.id === loop);
    expect(told.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining([`started a loop for issue ${issue.number}`, "1 of 1 orders taken"]),
    );
    expect(JSON.stringify(deliveries)).not.toContain("/tamma retry");
    expect(forge.violations).toEqual([]);
  });
}
