import { cpSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { ChainReport, Health, ReconcileReport } from "@tamma/core/protocol/rest.ts";
import { expect, test } from "vitest";
import { findWorkerds, isAlive } from "../../server/orphans.ts";
import { calcRepository, calcScript, title } from "./calc.ts";
import { printed, type Started, startProcess } from "./processes.ts";
import { openStage, type Stage } from "./stage.ts";

const server = (state: string, ...more: string[]): Started =>
  startProcess(["server/main.ts", "--state", state, "--port", "0", "--with-parent", ...more], {
    ANTHROPIC_API_KEY: "scripted",
  });
const loopPath = (loop: string) => `/api/v1/loops/${encodeURIComponent(loop)}`;
const atDesign = (view: Awaited<ReturnType<Stage["view"]>>) =>
  view.ask?.kind === "checkpoint" && view.ask.checkpoint.kind === "design";

/** The file of the one loop's object, found without asking the server for anything. */
function loopFile(state: string): string {
  const folder = join(state, "do/tamma-IssueLoop");
  const [file] = readdirSync(folder).filter(
    (name) => name.endsWith(".sqlite") && !name.startsWith("metadata"),
  );
  if (!file) throw new Error(`no object in ${folder}`);
  return join(folder, file);
}

function eventsIn(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return Number(database.prepare("SELECT count(*) AS n FROM events").get()?.n);
  } finally {
    database.close();
  }
}

/** Ends as a server that may not start: with its reason on standard error. */
async function refused(started: Started): Promise<string> {
  await expect.poll(() => started.process.exitCode, { timeout: 60_000, interval: 50 }).not.toBeNull();
  expect(started.process.exitCode).toBe(1);
  return started.output();
}

/** Nine starts of a process one after another; a machine that is busy with other tests needs minutes. */
const patienceMs = 240_000;

test("one server per folder, loops that go on by themselves, a backup that goes on elsewhere", {
  timeout: patienceMs,
}, async () => {
  const script = calcScript();
  await using stage = await openStage({
    script: { issues: script.issues.map((issue) => ({ ...issue, delayMs: 400 })) },
    repository: calcRepository,
  });
  const { state } = stage;
  const loop = await stage.start(title);

  // Whoever comes by another name finds the same folder.
  const link = join(stage.folder, "link");
  symlinkSync(state, link);
  expect(await refused(server(link))).toContain(`another Tamma server uses the state folder ${state}`);

  // Killed with its runtime left alive: the next one ends the orphan before it opens anything.
  const orphans = findWorkerds(state);
  expect(orphans).toHaveLength(1);
  await stage.server.stop("SIGKILL");
  expect(orphans.every(isAlive)).toBe(true);
  const before = eventsIn(loopFile(state));
  await stage.startServer();
  expect(orphans.some(isAlive)).toBe(false);
  // Nobody asks for anything: the runner has nothing to do before the design is approved.
  await expect
    .poll(() => eventsIn(loopFile(state)), { timeout: 60_000, interval: 50 })
    .toBeGreaterThan(before);
  await stage.until(loop, atDesign);

  const older = join(stage.folder, "older");
  const first = startProcess(["server/main.ts", "backup", "--state", state, "--to", older]);
  await printed(first, /files, .* MB, are in/);
  await stage.decide(loop, "approve");
  // In the middle of the work: a runner develops, turns stream, events are copied.
  await stage.until(loop, (view) => view.job?.kind === "develop" && view.job.runner !== null);
  const copy = join(stage.folder, "copy");
  const second = startProcess(["server/main.ts", "backup", "--state", state, "--to", copy]);
  await printed(second, /files, .* MB, are in/);
  await stage.approveAll(loop);
  const events = await stage.events(loop);

  // The copy is a state folder like any other: the loop stands where it stood, and goes on.
  const back = join(stage.folder, "back");
  const restored = startProcess(["server/main.ts", "restore", "--from", copy, "--state", back]);
  await printed(restored, /start the server on it/);
  // Of three that come at once one gets it.
  const goesOnAt = Date.now();
  const three = [server(back), server(back), server(back)];
  const losers = () => three.filter((each) => each.process.exitCode !== null);
  await expect.poll(() => losers().length, { timeout: 60_000, interval: 50 }).toBe(2);
  for (const each of losers())
    expect(await refused(each)).toContain("another Tamma server uses the state folder");
  const [elsewhere] = three.filter((each) => !losers().includes(each)) as [Started];
  try {
    const url = (await printed(elsewhere, /"url":"([^"]+)"/))[1] as string;
    const get = async <T>(path: string) => {
      const headers = { authorization: `Bearer ${stage.token}` };
      return (await (await fetch(`${url}${path}`, { headers })).json()) as T;
    };
    const chain = await get<ChainReport>(`${loopPath(loop)}/verify`);
    expect(chain).toMatchObject({ ok: true, problem: null });
    expect(chain.events).toBeLessThan(events.length);
    await expect
      .poll(() => existsSync(join(back, "restored.json")), { timeout: 30_000, interval: 50 })
      .toBe(true);
    // What it did since then is its own; all before is as it was.
    const there = await get<{ events: typeof events }>(`${loopPath(loop)}/events?after=0&limit=500`);
    const restoredEvents = there.events.filter((event) => event.at < goesOnAt);
    expect(restoredEvents.length).toBeGreaterThan(before);
    expect(restoredEvents).toEqual(events.slice(0, restoredEvents.length));
    expect((await get<Health>("/health")).status).toBe("ok");
  } finally {
    await elsewhere.stop();
  }

  // An older copy of one object alone is noticed, held, and rebuilt from what D1 has.
  await stage.server.stop();
  const file = loopFile(state);
  for (const ending of ["", "-wal", "-shm"]) rmSync(`${file}${ending}`, { force: true });
  cpSync(loopFile(older), file);
  await stage.startServer();
  const degraded = await stage.call<Health>("GET", "/health");
  expect([degraded.status, degraded.parts.copies]).toEqual([
    "degraded",
    expect.stringContaining("1 stream is held"),
  ]);
  const report = await stage.call<ReconcileReport>("POST", "/api/v1/server/reconcile", {});
  expect(report.streams.find((each) => each.stream === loop)).toMatchObject({
    outcome: "rebuilt",
    d1: events.length,
  });
  expect(await stage.events(loop)).toEqual(events);
  expect(await stage.call<ChainReport>("GET", `${loopPath(loop)}/verify`)).toMatchObject({ ok: true });

  // Told to end it leaves nothing: no process, no address.
  expect(await stage.server.stop("SIGHUP")).toBe(0);
  expect(findWorkerds(state)).toEqual([]);
  expect(existsSync(join(state, "server.json"))).toBe(false);
  expect(readFileSync(join(state, "server.log"), "utf8")).not.toContain("cut what did not end in time");
});
