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

export function effectRows(sql: SqlStorage, cipher: Cipher, memory: Pick<RowMemory, "effects">): EffectRows {
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
  { sql, cipher, memory }: { sql: SqlStorage; cipher: Cipher; memory: Pick<RowMemory, "effects"> },
  stream: StreamRef,
  effects: readonly WantedEffect[],
  at: number,
): void {
  const wanted = new Set(effects.map((effect) => effect.key));
  const before = memory.effects.get(stream.id) ?? null;
  // Most of what a state wants it wanted before: only what is new is looked for, sealed and written.
  const fresh = effects.filter(({ key }) => !before?.has(key));
  const known = knownAmong(sql, stream.id, fresh);
  for (const effect of fresh) {
    const [state, due] = [known.get(effect.key), effect.notBefore ?? at];
    if (state === undefined)
      sql.exec(
        "INSERT INTO effects VALUES (?, ?, ?, ?, ?, ?, 'pending', 0, ?, '')",
        ...[stream.id, effect.key, stream.kind, effect.kind, cipher.keyId],
        ...[sealJson(cipher, effect, context(stream.id, effect.key)), due],
      );
    else if (state === "void")
      sql.exec(
        "UPDATE effects SET state = 'pending', due_at = ? WHERE stream = ? AND key = ?",
        ...[due, stream.id, effect.key],
      );
  }
  if (before === null || [...before].some((key) => !wanted.has(key)))
    sql.exec(
      `UPDATE effects SET state = 'void' WHERE stream = ? AND state = 'pending'
       AND key NOT IN (SELECT value FROM json_each(?))`,
      ...[stream.id, JSON.stringify([...wanted])],
    );
  memory.effects.set(stream.id, wanted);
}

/** The state of those effects, by key, that the stream has already. */
function knownAmong(
  sql: SqlStorage,
  stream: string,
  effects: readonly WantedEffect[],
): ReadonlyMap<string, string> {
  if (effects.length === 0) return new Map();
  const rows = sql.exec<{ key: string; state: string }>(
    "SELECT key, state FROM effects WHERE stream = ? AND key IN (SELECT value FROM json_each(?))",
    ...[stream, JSON.stringify(effects.map(({ key }) => key))],
  );
  return new Map(rows.toArray().map(({ key, state }) => [key, state]));
}
