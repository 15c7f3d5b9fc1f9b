import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BackupRefused, backUp, endRestore, isRestored, restore } from "./backup.ts";
import { runCommand } from "./command.ts";
import { UsageError } from "./options.ts";

let base: string;
let state: string;
const open: DatabaseSync[] = [];

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "tamma-backup-"));
  state = join(base, "state");
  for (const folder of ["d1/D1", "do/tamma-IssueLoop", "r2/R2", "r2/tamma-blobs/blobs"])
    mkdirSync(join(state, folder), { recursive: true });
  for (const secret of ["token", "master.key"]) writeFileSync(join(state, secret), `${secret}\n`);
  writeFileSync(join(state, "server.log"), "not worth keeping\n");
  database("d1/D1/a.sqlite", "CREATE TABLE events (n)");
  database("do/tamma-IssueLoop/b.sqlite", "CREATE TABLE events (n); INSERT INTO events VALUES (1)");
  database(
    "r2/R2/c.sqlite",
    "CREATE TABLE _mf_objects (blob_id TEXT); INSERT INTO _mf_objects VALUES ('b1')",
  );
  writeFileSync(join(state, "r2/tamma-blobs/blobs/b1"), "body");
});
afterEach(() => {
  for (const each of open.splice(0)) each.close();
  rmSync(base, { recursive: true, force: true });
});

/** As a running server has it: open, and the newest writes only in the -wal file. */
function database(file: string, sql: string): DatabaseSync {
  const made = new DatabaseSync(join(state, file));
  open.push(made);
  made.exec(`PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; ${sql}`);
  return made;
}

const rows = (file: string) => {
  const read = new DatabaseSync(file, { readOnly: true });
  try {
    return Number(read.prepare("SELECT count(*) AS n FROM events").get()?.n);
  } finally {
    read.close();
  }
};

test("a backup of open databases holds what was committed, bodies and keys, and no noise", () => {
  const loop = open[1] as DatabaseSync;
  loop.exec("INSERT INTO events VALUES (2)");
  // A command that is not committed yet.
  loop.exec("BEGIN; INSERT INTO events VALUES (3)");
  const to = join(base, "copy");
  expect(backUp(state, to)).toMatchObject({ files: 6 });
  loop.exec("ROLLBACK");
  expect(rows(join(to, "do/tamma-IssueLoop/b.sqlite"))).toBe(2);
  expect(readFileSync(join(to, "r2/tamma-blobs/blobs/b1"), "utf8")).toBe("body");
  expect(existsSync(join(to, "server.log"))).toBe(false);
  expect(statSync(to).mode & 0o777).toBe(0o700);
  expect(statSync(join(to, "master.key")).mode & 0o777).toBe(0o600);

  const back = join(base, "back");
  restore(to, back);
  expect(rows(join(back, "do/tamma-IssueLoop/b.sqlite"))).toBe(2);
  expect(isRestored(back)).toBe(true);
  endRestore(back);
  expect([isRestored(back), isRestored(state)]).toEqual([false, false]);
});

test("a body that the index names and that is nowhere makes no backup", () => {
  rmSync(join(state, "r2/tamma-blobs/blobs/b1"));
  const to = join(base, "copy");
  expect(() => backUp(state, to)).toThrow("1 bodies of R2 are named and not there, b1 first");
  expect(() => restore(to, join(base, "back"))).toThrow(/cut off/);
});

test("a backup that was cut off or changed is not restored", () => {
  const to = join(base, "copy");
  backUp(state, to);
  writeFileSync(join(to, "token"), "another\n");
  expect(() => restore(to, join(base, "back"))).toThrow(/token is missing or not what was backed up/);
  expect(existsSync(join(base, "back"))).toBe(false);
  rmSync(join(to, "backup.json"));
  expect(() => restore(to, join(base, "back"))).toThrow(/cut off/);
});

test("nothing is overwritten, and the copy never lies in what it copies", () => {
  expect(() => backUp(state, join(state, "copy"))).toThrow(BackupRefused);
  expect(() => backUp(join(base, "absent"), join(base, "copy"))).toThrow(/is no state folder/);
  mkdirSync(join(base, "full"));
  writeFileSync(join(base, "full/x"), "");
  expect(() => backUp(state, join(base, "full"))).toThrow(/is not empty; name a new folder with --to/);
  backUp(state, join(base, "copy"));
  expect(() => restore(join(base, "copy"), state)).toThrow(/is not empty; name a new folder with --state/);
});

test("the command line says what it did, and what it needs", () => {
  expect(runCommand([], base)).toBeNull();
  expect(runCommand(["--port", "0"], base)).toBeNull();
  expect(() => runCommand(["backup"], base)).toThrow(UsageError);
  expect(() => runCommand(["restore", "--state", "x"], base)).toThrow(UsageError);
  expect(() => runCommand(["backup", "--too", "x"], base)).toThrow(UsageError);
  const said = runCommand(["backup", "--state", "state", "--to", "copy"], base);
  expect(said).toMatch(/^6 files, 0\.\d MB, are in .*copy; keep it as secret/);
  expect(runCommand(["restore", "--from", "copy", "--state", "back"], base)).toContain(
    "start the server on it",
  );
});
