import { renameSync } from "node:fs";
import { join } from "node:path";
import type { ChainReport } from "@tamma/core/protocol/rest.ts";
import { expect, test } from "vitest";
import { calcRepository, calcScript, git, title } from "./calc.ts";
import { printed, startProcess } from "./processes.ts";
import { openStage, type Stage } from "./stage.ts";

async function backup(stage: Stage, to: string): Promise<void> {
  await printed(
    startProcess(["server/main.ts", "backup", "--state", stage.state, "--to", to]),
    /files, .* MB/,
  );
}

/** The server and its runner are gone, and its state folder is the copy; then both are started again. */
async function goOnFrom(stage: Stage, copy: string): Promise<void> {
  await stage.runner.stop("SIGKILL");
  await stage.server.stop();
  renameSync(stage.state, join(stage.folder, "lost"));
  const restore = ["server/main.ts", "restore", "--from", copy, "--state", stage.state];
  await printed(startProcess(restore), /start the server on it/);
  await stage.startServer();
  await stage.startRunner();
}

async function expectMergedOnce(stage: Stage, loop: string): Promise<void> {
  expect(
    await stage.call<ChainReport>("GET", `/api/v1/loops/${encodeURIComponent(loop)}/verify`),
  ).toMatchObject({ ok: true, problem: null });
  const types = (await stage.events(loop)).map((event) => event.type);
  expect(types.filter((type) => type === "Merged")).toHaveLength(1);
  expect(git(stage.repository, "show", "main:src/calc.js")).toContain("a * b");
  // The first commit, the change, and the merge: nothing came twice.
  expect(git(stage.repository, "log", "--first-parent", "--format=%s", "main").split("\n")).toHaveLength(2);
  expect(git(stage.repository, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
}

test("a loop goes on from a backup that was made in the middle of its work, up to its merge", {
  timeout: 300_000,
}, async () => {
  const script = calcScript();
  await using stage = await openStage({
    script: { issues: script.issues.map((issue) => ({ ...issue, delayMs: 400 })) },
    repository: calcRepository,
  });
  const loop = await stage.start(title);
  await stage.until(loop, (view) => view.ask?.kind === "checkpoint");
  await stage.decide(loop, "approve");
  await stage.until(loop, (view) => view.job?.kind === "develop" && view.job.runner !== null);
  const copy = join(stage.folder, "copy");
  await backup(stage, copy);
  await goOnFrom(stage, copy);
  expect((await stage.approveAll(loop)).word).toBe("merged");
  await expectMergedOnce(stage, loop);
});

test("a branch that moved after the backup is found, and no push of the lost time is written over", {
  timeout: 300_000,
}, async () => {
  await using stage = await openStage({ script: calcScript(), repository: calcRepository });
  const loop = await stage.start(title);
  await stage.until(loop, (view) => view.ask?.kind === "checkpoint");
  const copy = join(stage.folder, "copy");
  await backup(stage, copy);
  await stage.decide(loop, "approve");
  // The change is on the branch and a person is asked: of all this the copy knows nothing.
  const complete = (view: Awaited<ReturnType<Stage["view"]>>) =>
    view.ask?.kind === "checkpoint" && view.ask.checkpoint.kind === "complete";
  await stage.until(loop, complete);
  const branch = git(
    stage.repository,
    "for-each-ref",
    "--format=%(refname) %(objectname)",
    "refs/heads/tamma",
  );
  await goOnFrom(stage, copy);
  const stuck = await stage.approveAll(loop);
  if (stuck.ask?.kind !== "escalation")
    throw new Error(`no escalation is open, but the loop is ${stuck.word}`);
  expect(stuck.ask.card.what).toContain("exists already with other commits");
  expect(stuck.ask.card.what).toContain("Rename or delete it, then retry");
  const moved = git(
    stage.repository,
    "for-each-ref",
    "--format=%(refname) %(objectname)",
    "refs/heads/tamma",
  );
  expect(moved).toBe(branch);

  // What the card says to do is enough.
  git(
    stage.repository,
    "branch",
    "--quiet",
    "-m",
    branch.split(" ")[0]?.replace("refs/heads/", "") ?? "",
    "kept",
  );
  const escalation = encodeURIComponent(stuck.ask.card.escalation);
  const path = `/api/v1/loops/${encodeURIComponent(loop)}/escalations/${escalation}`;
  await stage.call("POST", path, { choice: "retry", text: "the branch is out of the way" });
  expect((await stage.approveAll(loop)).word).toBe("merged");
  expect(git(stage.repository, "rev-parse", "kept")).toBe(branch.split(" ")[1]);
  git(stage.repository, "branch", "--quiet", "-D", "kept");
  await expectMergedOnce(stage, loop);
});
