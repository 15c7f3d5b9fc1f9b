import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import type { PendingEffect, Store, WantedEffect } from "@tamma/core/ports/store.ts";
import { type Cipher, openJson, sealJson } from "./cipher.ts";
import type { RowMemory } from "./row-memory.ts";

type EffectRow = {
  stream: string;
  stream_kind: StreamRef["kind"];
  key: string;
  key_id: string;
  body: ArrayBuffer;
  tries: number;
  due_at: number;
};

/** What the present state wants from the world. Effects may carry words of people, so they lie sealed. */
export interface EffectRows extends Pick<Store, "dueEffects" | "settleEffect" | "postponeEffect"> {
  want(stream: StreamRef, effects: readonly WantedEffect[], at: number): void;
  /** Performs effects once more that were done; those of keys that are not known stay unknown. */
  again(stream: StreamRef, keys: readonly string[], at: number): void;
}

/** Tries of an effect that is performed again: enough are left, and its answer gets an id of its own. */
const triesAgainMax = 7;

type EffectMemory = Pick<RowMemory, "effects" | "pending">;

export function effectRows(sql: SqlStorage, cipher: Cipher, memory: EffectMemory): EffectRows {
  const pendingOf = ({ stream, key, ...row }: EffectRow): PendingEffect => {
    let opened: WantedEffect | null = null;
    return {
      ...{ stream: { kind: row.stream_kind, id: stream }, key, tries: row.tries, due: row.due_at },
      // Opened when it is performed: what is under way already is found due again and again.
      get effect() {
        opened ??= openJson<WantedEffect>(cipher, row.key_id, row.body, context(stream, key));
        return opened;
      },
    };
  };

  return {
    want: (stream, effects, at) => want({ sql, cipher, memory }, stream, effects, at),
    again: (stream, keys, at) => {
      memory.pending.delete(stream.id);
      sql.exec(
        `UPDATE effects SET state = 'pending', due_at = ?, tries = min(tries + 1, ?)
         WHERE stream = ? AND state = 'done' AND key IN (SELECT value FROM json_each(?))`,
        ...[at, triesAgainMax, stream.id, JSON.stringify(keys)],
      );
    },
    dueEffects: (now) =>
      sql
        .exec<EffectRow>(
          `SELECT * FROM effects WHERE state = 'pending' AND due_at <= ?
           AND stream NOT IN (SELECT stream FROM held) ORDER BY due_at, rowid`,
          now,
        )
        .toArray()
        .map(pendingOf),
    settleEffect: (stream, key, state, note) => {
      // What is void is wanted anew when it is wanted again, so it must be looked for then.
      if (state === "void") memory.effects.delete(stream.id);
      memory.pending.get(stream.id)?.delete(key);
      sql.exec(
        "UPDATE effects SET state = ?, note = ? WHERE stream = ? AND key = ? AND state = 'pending'",
        ...[state, note, stream.id, key],
      );
    },
    postponeEffect: (stream, key, tries, due, note) => {
      sql.exec(
        `UPDATE effects SET tries = ?, due_at = ?, note = ?
         WHERE stream = ? AND key = ? AND state = 'pending'`,
        ...[tries, due, note, stream.id, key],
      );
    },
  };
}

/** An effect opens only at its own place. */
const context = (stream: string, key: string) => `effect ${stream} ${key}`;

function want(
  { sql, cipher, memory }: { sql: SqlStorage; cipher: Cipher; memory: EffectMemory },
  stream: StreamRef,
  effects: readonly WantedEffect[],
  at: number,
): void {
  const wanted = new Set(effects.map((effect) => effect.key));
  const before = memory.effects.get(stream.id) ?? null;
  const pendingBefore = memory.pending.get(stream.id) ?? null;
  const pending = new Set(
    pendingBefore === null ? wanted : [...pendingBefore].filter((key) => wanted.has(key)),
  );
  // Most of what a state wants it wanted before: only what is new is sealed and written.
  for (const effect of effects) {
    if (before?.has(effect.key)) continue;
    pending.add(effect.key);
    sql.exec(
      `INSERT INTO effects VALUES (?, ?, ?, ?, ?, ?, 'pending', 0, ?, '') ON CONFLICT (stream, key)
       DO UPDATE SET state = 'pending', due_at = excluded.due_at WHERE state = 'void'`,
      ...[stream.id, effect.key, stream.kind, effect.kind, cipher.keyId],
      ...[sealJson(cipher, effect, context(stream.id, effect.key)), effect.notBefore ?? at],
    );
  }
  if (pendingBefore === null || [...pendingBefore].some((key) => !wanted.has(key)))
    sql.exec(
      `UPDATE effects SET state = 'void' WHERE stream = ? AND state = 'pending'
       AND key NOT IN (SELECT value FROM json_each(?))`,
      ...[stream.id, JSON.stringify([...wanted])],
    );
  memory.effects.set(stream.id, wanted);
  memory.pending.set(stream.id, pending);
}
