import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { git } from "./calc.ts";
import { ann, type Dialect, project } from "./platform-stage.ts";
import { atCheckpoint, atCompletion, atDesign, over } from "./platform-trouble.ts";

/** Makes the wait for this timer long over, in the object of the only loop; the server is down. */
function passBy(state: string, timer: string): void {
  const folder = join(state, "do/tamma-IssueLoop");
  for (const file of readdirSync(folder).filter((name) => /^(?!metadata).*\.sqlite$/.test(name))) {
    const database = new DatabaseSync(join(folder, file));
    try {
      const { changes } = database.prepare("UPDATE timers SET due_at = 1 WHERE timer = ?").run(timer);
      expect(Number(changes)).toBe(1);
    } finally {
      database.close();
    }
  }
}

const silent = "No check has started";

/** Checks that never come, and a base that goes on, without anybody's fault. */
export function checkTroubles(dialect: Dialect): void {
  test(`${dialect}: a required check that never starts is told of, once, and waited for`, async () => {
    const { platform, loop } = await atDesign(dialect, { ci: "none" });
    await using _ = platform;
    const { stage, forge, said, eventually } = platform;
    const check = { github: "build", gitea: "CI / build" }[dialect];
    await forge.people.protect(project, "main", { checks: [check] });
    await stage.decide(loop, "approve");
    const waiting = await stage.until(loop, ({ word }) => word === "waiting for checks");
    const number = waiting.pullRequest?.number ?? 0;
    const notices = () => said(number).filter((body) => body.includes(silent));
    expect(notices()).toHaveLength(0);

    for (let restarts = 0; restarts < 2; restarts += 1) {
      await stage.server.stop();
      if (restarts === 0) passBy(stage.state, "checks-silent");
      await stage.startServer();
      await eventually("the notice", () => notices().length > 0);
    }
    expect(notices()).toHaveLength(1);
    const view = await stage.until(loop, ({ word }) => word === "waiting for checks");
    const sha = view.head ?? "";
    expect(notices()[0]).toContain(sha.slice(0, 12));

    if (dialect === "gitea") forge.people.reportStatus(ann, { sha, context: check, state: "success" });
    else {
      const conclusion = "success";
      forge.people.reportCheck(ann, { sha, name: check, status: "completed", conclusion });
    }
    await stage.until(loop, atCheckpoint("complete"));
    await stage.decide(loop, "approve");
    expect((await stage.until(loop, over)).word).toBe("merged");
  });

  test(`${dialect}: a base that moved is rebased on, and the platform merges the rebased head`, async () => {
    const { platform, loop, view } = await atCompletion(dialect);
    await using _ = platform;
    const { stage, forge } = platform;
    const approved = view.head ?? "";
    const theirs = await forge.people.push(ann, "main", { files: { "NOTES.md": "by hand\n" } });
    await stage.decide(loop, "approve");
    const end = await stage.until(loop, over);
    expect(end.word).toBe("merged");

    const { dir, refs } = forge.repository(project);
    const merged = forge.repository(project).issues.get(view.pullRequest?.number ?? 0)?.pull;
    expect(refs.get("main")).toBe(end.mergeSha);
    expect(merged?.merged).toMatchObject({ sha: end.mergeSha, by: { login: "tamma-bot" } });
    const head = merged?.headSha ?? "";
    expect(head).not.toBe(approved);
    expect(git(dir, "merge-base", head, theirs)).toBe(theirs);
    expect(git(dir, "rev-parse", `${end.mergeSha}^1`, `${end.mergeSha}^2`).split("\n")).toEqual([
      theirs,
      head,
    ]);
    expect(platform.file("main", "NOTES.md")).toBe("by hand");
    expect(platform.file("main", "src/calc.js")).toContain("multiply");

    const events = await stage.events(loop);
    const order = ["BaseMoved", "PatchRebased", "ApprovalCarriedOver", "Merged"];
    const told = events.map(({ type }) => type).filter((type) => order.includes(type));
    expect(told).toEqual(order);
    expect(events.find(({ type }) => type === "Merged")?.payload).toMatchObject({ head });
  });
}
