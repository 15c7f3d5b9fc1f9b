import type { Cipher } from "./cipher.ts";

export const logTables = `CREATE TABLE job_logs (
  job TEXT NOT NULL, fence INTEGER NOT NULL, start INTEGER NOT NULL, bytes INTEGER NOT NULL,
  key_id TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (job, fence, start))`;

/** A row holds at most 2 MB; what a runner sends is far smaller and is cut when it is not. */
const chunkBytesMax = 1_000_000;
/** The live log is for looking at. The whole log of a job comes as a blob with its receipts. */
const logBytesMax = 8_000_000;

/** Pieces that are read at once: more would be large for one answer. */
const piecesPerPage = 64;

/** One row of a log as it came. `body` is empty where only its length was kept. */
export interface LogPiece {
  row: number;
  job: string;
  fence: number;
  bytes: number;
  body: Buffer;
}

/** The live logs of jobs, by fence: a runner that takes a job over starts a log of its own. */
export interface LogRows {
  /**
   * Takes a chunk at a byte offset and answers where the log ends now. A chunk that leaves a gap is not
   * taken; of one that was seen in part only the rest is.
   */
  add(job: string, fence: number, offset: number, text: string): number;
  /** The log of the newest fence; empty when there is none. */
  read(job: string): string;
  /**
   * Pieces of all jobs whose id begins with `prefix`, in the order in which they came, from row `from` on;
   * `full` when there are more.
   */
  pieces(prefix: string, from: number): { pieces: LogPiece[]; full: boolean };
  /** The job that was logged last among those whose id begins with `prefix`; null when there is none. */
  newest(prefix: string): string | null;
}

export function logRows(sql: SqlStorage, cipher: Cipher, redact: (text: string) => string): LogRows {
  const endOf = (job: string, fence: number) =>
    sql
      .exec<{ end: number | null }>(
        "SELECT max(start + bytes) AS end FROM job_logs WHERE job = ? AND fence = ?",
        job,
        fence,
      )
      .one().end ?? 0;
  return {
    add: (job, fence, offset, text) => {
      const end = endOf(job, fence);
      const bytes = Buffer.from(text, "utf8");
      if (offset > end || offset + bytes.byteLength <= end) return end;
      const fresh = bytes.subarray(end - offset, end - offset + chunkBytesMax);
      const kept = end >= logBytesMax ? Buffer.alloc(0) : fresh;
      sql.exec(
        "INSERT INTO job_logs VALUES (?, ?, ?, ?, ?, ?)",
        job,
        fence,
        end,
        fresh.byteLength,
        cipher.keyId,
        cipher.seal(kept, context(job, fence, end)),
      );
      return end + fresh.byteLength;
    },
    read: (job) => {
      const rows = sql
        .exec<{ fence: number; start: number; key_id: string; body: ArrayBuffer }>(
          `SELECT fence, start, key_id, body FROM job_logs
           WHERE job = ? AND fence = (SELECT max(fence) FROM job_logs WHERE job = ?) ORDER BY start`,
          job,
          job,
        )
        .toArray();
      const parts = rows.map((row) =>
        cipher.open(row.key_id, new Uint8Array(row.body), context(job, row.fence, row.start)),
      );
      // On the whole text: a secret may lie across the border of two chunks.
      return redact(Buffer.concat(parts).toString("utf8"));
    },
    pieces: (prefix, from) => piecesOf(sql, cipher, prefix, from),
    newest: (prefix) =>
      sql
        .exec<{ job: string }>(
          "SELECT job FROM job_logs WHERE substr(job, 1, ?) = ? ORDER BY rowid DESC LIMIT 1",
          prefix.length,
          prefix,
        )
        .toArray()[0]?.job ?? null,
  };
}

/** A chunk opens only at its own place. */
function context(job: string, fence: number, start: number): string {
  return `log ${job} ${fence} ${start}`;
}

function piecesOf(
  sql: SqlStorage,
  cipher: Cipher,
  prefix: string,
  from: number,
): { pieces: LogPiece[]; full: boolean } {
  const rows = sql
    .exec<{
      row: number;
      job: string;
      fence: number;
      start: number;
      bytes: number;
      key_id: string;
      body: ArrayBuffer;
    }>(
      `SELECT rowid AS row, job, fence, start, bytes, key_id, body FROM job_logs
       WHERE substr(job, 1, ?) = ? AND rowid >= ? ORDER BY rowid LIMIT ?`,
      prefix.length,
      prefix,
      from,
      piecesPerPage,
    )
    .toArray();
  const pieces = rows.map(({ row, job, fence, start, bytes, key_id: keyId, body }) => {
    const plain = cipher.open(keyId, new Uint8Array(body), context(job, fence, start));
    return { row, job, fence, bytes, body: Buffer.from(plain) };
  });
  return { pieces, full: rows.length === piecesPerPage };
}
