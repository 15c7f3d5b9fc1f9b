import { type Cipher, openJson, sealJson } from "./cipher.ts";
import type { Holder } from "./lease-rows.ts";
import type { LeaseWish, LoopRow } from "./objects.ts";

/** What the coordinator knows of its loops without asking them: open jobs, and one row each for lists. */
export const indexTables = `
  CREATE TABLE open_jobs (job TEXT PRIMARY KEY, loop TEXT NOT NULL, at INTEGER NOT NULL);
  CREATE TABLE loop_rows (
    loop TEXT PRIMARY KEY, seq INTEGER NOT NULL, active INTEGER NOT NULL, at INTEGER NOT NULL,
    key_id TEXT NOT NULL, body BLOB NOT NULL);
  CREATE TABLE refs (branch TEXT PRIMARY KEY, head TEXT)`;

/** Which process was given the job, and under which fence; null while it is open. */
export const jobHolders =
  "ALTER TABLE open_jobs ADD COLUMN holder TEXT; ALTER TABLE open_jobs ADD COLUMN fence INTEGER";

/** Ended loops stay in the list for a while, because D1 may not have them yet. */
export const endedRowsMax = 200;

export interface RepositoryIndex {
  offer(loop: string, job: string, now: number): void;
  /** The job is kept, so that the same process finds it again when it never heard of it. */
  hold(job: string, by: Holder, fence: number): void;
  forget(job: string): void;
  /** All jobs that are open or under way; `held`: some process was given it. */
  jobs(): { loop: string; job: string; held: boolean }[];
  openJobs(loop: string | null, wish: LeaseWish): { loop: string; job: string }[];
  /** Keeps the row with the higher sequence number. */
  note(row: LoopRow): void;
  rows(): LoopRow[];
}

export function repositoryIndex(sql: SqlStorage, cipher: Cipher): RepositoryIndex {
  const context = (loop: string) => `loop row ${loop}`;
  return {
    offer: (loop, job, now) => {
      // A loop has one job at a time, so a newer one makes the older one void.
      sql.exec("DELETE FROM open_jobs WHERE loop = ? AND job <> ?", loop, job);
      sql.exec(
        `INSERT INTO open_jobs (job, loop, at) VALUES (?, ?, ?)
         ON CONFLICT (job) DO UPDATE SET holder = NULL, fence = NULL`,
        ...[job, loop, now],
      );
    },
    hold: (job, by, fence) => {
      sql.exec("UPDATE open_jobs SET holder = ?, fence = ? WHERE job = ?", holderKey(by), fence, job);
    },
    forget: (job) => {
      sql.exec("DELETE FROM open_jobs WHERE job = ?", job);
    },
    jobs: () =>
      sql
        .exec<{ loop: string; job: string; held: number }>(
          "SELECT loop, job, holder IS NOT NULL AS held FROM open_jobs ORDER BY at, rowid",
        )
        .toArray()
        .map(({ held, ...job }) => ({ ...job, held: held === 1 })),
    openJobs: (loop, wish) =>
      sql
        .exec<{ loop: string; job: string }>(
          `SELECT loop, job FROM open_jobs WHERE (? IS NULL OR loop = ?)
             AND (holder IS NULL
               OR (holder = ? AND job || ':' || fence NOT IN (SELECT value FROM json_each(?))))
           ORDER BY at, rowid`,
          ...[loop, loop, wish.instance === null ? null : holderKey(wish), JSON.stringify(wish.received)],
        )
        .toArray(),
    note: (row) => {
      const { id, updatedAt } = row.summary;
      sql.exec(
        `INSERT INTO loop_rows VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (loop) DO UPDATE SET
           seq = excluded.seq, active = excluded.active, at = excluded.at,
           key_id = excluded.key_id, body = excluded.body
         WHERE excluded.seq >= loop_rows.seq`,
        id,
        row.seq,
        row.active ? 1 : 0,
        updatedAt,
        cipher.keyId,
        sealJson(cipher, row, context(id)),
      );
      if (row.active) return;
      sql.exec("DELETE FROM open_jobs WHERE loop = ?", id);
      sql.exec(
        `DELETE FROM loop_rows WHERE active = 0 AND loop NOT IN
           (SELECT loop FROM loop_rows WHERE active = 0 ORDER BY at DESC LIMIT ?)`,
        endedRowsMax,
      );
    },
    rows: () =>
      sql
        .exec<{ loop: string; key_id: string; body: ArrayBuffer }>(
          "SELECT loop, key_id, body FROM loop_rows ORDER BY at DESC",
        )
        .toArray()
        .map((row) => openJson<LoopRow>(cipher, row.key_id, row.body, context(row.loop))),
  };
}

function holderKey({ runner, instance }: Holder): string {
  return `${runner} ${instance ?? ""}`;
}
