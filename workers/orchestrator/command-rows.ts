import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import type { Batch, SaidCommand, Store } from "@tamma/core/ports/store.ts";
import { type Cipher, openJson, sealJson } from "./cipher.ts";

/**
 * SQLite refuses rows over 2 MB. A command that large is accepted all the same: its events are what counts,
 * and the re-run says that it is not on record.
 */
const saidBytesMax = 1_000_000;

type CommandRow = {
  id: string;
  at: number;
  seq: number;
  key_id: string | null;
  said: ArrayBuffer | null;
};

/** What was accepted and how it was answered. Commands carry words of people, so they lie sealed. */
export interface CommandRows extends Pick<Store, "answerOf" | "commands"> {
  keep(batch: Batch): void;
}

export function commandRows(sql: SqlStorage, cipher: Cipher): CommandRows {
  const context = (stream: StreamRef, id: string) => `command ${stream.id} ${id}`;
  return {
    answerOf: (stream, commandId) => {
      const [row] = sql
        .exec<{ seq: number; changed: number }>(
          "SELECT seq, changed FROM commands WHERE stream = ? AND id = ?",
          stream.id,
          commandId,
        )
        .toArray();
      return row ? { seq: row.seq, changed: row.changed === 1 } : null;
    },
    commands: (stream) =>
      sql
        .exec<CommandRow>(
          "SELECT id, at, seq, key_id, said FROM commands WHERE stream = ? ORDER BY rowid",
          stream.id,
        )
        .toArray()
        .map(({ id, at, seq, key_id: keyId, said }) => {
          const kept = keyId !== null && said !== null;
          return {
            ...{ id, at, seq },
            said: kept ? openJson<SaidCommand>(cipher, keyId, said, context(stream, id)) : null,
          };
        }),
    keep: ({ stream, commandId: id, said, answer, at }) => {
      const sealed = sealJson(cipher, said, context(stream, id));
      const kept = sealed.byteLength <= saidBytesMax;
      sql.exec(
        "INSERT INTO commands (stream, id, seq, changed, at, key_id, said) VALUES (?, ?, ?, ?, ?, ?, ?)",
        ...[stream.id, id, answer.seq, answer.changed ? 1 : 0, at],
        ...(kept ? [cipher.keyId, sealed] : [null, null]),
      );
    },
  };
}
