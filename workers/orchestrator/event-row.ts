import type { StreamRef } from "@tamma/core/domain/loop/events.ts";

/** An event as it lies in the log, payload sealed: what the outbox copies to D1, and what comes back. */
export type SealedRow = {
  stream: string;
  kind: StreamRef["kind"];
  seq: number;
  id: string;
  at: number;
  type: string;
  version: number;
  actor: string;
  correlation: string | null;
  causation: string;
  step: string | null;
  key_id: string;
  payload: ArrayBuffer;
  prev_hash: string;
  hash: string;
};

/** Writes a row as it is; one that is there already stays. */
export function insertRow(sql: SqlStorage, row: SealedRow): void {
  sql.exec(
    "INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    ...[row.stream, row.kind, row.seq, row.id, row.at, row.type, row.version, row.actor, row.correlation],
    ...[row.causation, row.step, row.key_id, row.payload, row.prev_hash, row.hash],
  );
}
