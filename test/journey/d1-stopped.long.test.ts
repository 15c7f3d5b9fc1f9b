import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { LoopList } from "@tamma/core/protocol/rest.ts";
import { expect, test } from "vitest";
import { calcRepository, calcScript, title } from "./calc.ts";
import { openStage, type Stage } from "./stage.ts";

/** The SQLite file behind D1: the one that holds the table of events. */
function d1File(stage: Stage): string {
  const state = join(stage.folder, "state");
  const files = readdirSync(state, { recursive: true, encoding: "utf8" });
  const found = files
    .filter((file) => file.includes("d1") && file.endsWith(".sqlite"))
    .map((file) => join(state, file))
    .find((file) => hasEvents(file));
  if (!found)
    throw new Error(`no D1 file among ${files.filter((file) => file.endsWith(".sqlite")).join(", ")}`);
  return found;
}

function hasEvents(file: string): boolean {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'events'").get() !== undefined;
  } finally {
    database.close();
  }
}

function rowsOf(file: string, loop: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const row = database.prepare("SELECT count(*) AS rows FROM events WHERE stream = ?").get(loop);
    return Number(row?.rows ?? 0);
  } finally {
    database.close();
  }
}

test("with D1 stopped the loop merges all the same, and D1 catches up afterwards", async () => {
  await using stage = await openStage({ script: calcScript(), repository: calcRepository });
  const file = d1File(stage);
  expect(existsSync(file)).toBe(true);
  // Somebody else holds the database: every write of D1 fails with "database is locked".
  const lock = new DatabaseSync(file, { timeout: 10_000 });
  lock.exec("BEGIN EXCLUSIVE");
  const loop = await stage.start(title);
  const end = await stage.approveAll(loop);
  expect(end.word).toBe("merged");
  expect(rowsOf(file, loop)).toBe(0);
  const list = await stage.call<LoopList>("GET", "/api/v1/loops?state=all");
  expect(list.loops.map((one) => one.id)).toEqual([loop]);

  lock.exec("ROLLBACK");
  lock.close();
  await expect
    .poll(() => rowsOf(file, loop), { timeout: 60_000, interval: 200 })
    .toBe((await stage.events(loop)).length);
});
