import type { Host } from "@tamma/core/engine/handle.ts";
import type { Timers } from "@tamma/core/ports/clock.ts";
import { alarmOf, forgettingWith } from "./alarm.ts";
import { aesCipher, type Cipher, sha256Hex } from "./cipher.ts";
import { clockRows } from "./clock-rows.ts";
import type { OrchestratorEnv } from "./env.ts";
import type { ObjectStore } from "./object-store.ts";
import { randomPool } from "./random-pool.ts";
import { redactionOf } from "./redaction.ts";
import { migrate } from "./sqlite-schema.ts";
import { sqliteStore } from "./sqlite-store.ts";
import { steadyClock } from "./steady-clock.ts";
import { systemTimers } from "./system-timers.ts";

/** What every object of ours stands on. */
export interface ObjectHost extends Host {
  store: ObjectStore;
  /** Takes our own secrets out of a text before it is stored or shown. */
  redact: (text: string) => string;
  /** How much of the end of a text may be the beginning of such a secret. */
  openEnd: (text: string) => number;
  setAlarm(at: number): void;
  /** Is the alarm set for this time or earlier? A host that does not say is told each time. */
  isArmed?(at: number): boolean;
  /** Nothing is under way: the alarm may be as late as this; null: there need be none. */
  restAlarm?(at: number | null): void;
  after: Timers["after"];
  /** Ends this instance; whoever asks next gets a new one. */
  end(why: string): void;
}

/** A host whose rows lie in the SQLite of a Durable Object. */
export interface SqlHost extends ObjectHost {
  cipher: Cipher;
  sql: SqlStorage;
}

/** Opens the object's storage. `own` holds the tables that only this kind of object has. */
export function objectHost(
  ctx: DurableObjectState,
  env: OrchestratorEnv,
  own: { name: string; steps: readonly string[] },
): SqlHost {
  migrate(ctx.storage, own);
  const cipher = aesCipher(env.TAMMA_MASTER_KEY);
  const { newest } = ctx.storage.sql
    .exec<{ newest: number | null }>("SELECT max(at) AS newest FROM events")
    .one();
  const clock = steadyClock(() => Date.now(), newest ?? 0, clockRows(ctx.storage.sql));
  const alarm = alarmOf(ctx.storage, { wall: () => Date.now(), wallTime: clock.wallTime });
  const store = sqliteStore(ctx.storage, cipher);
  const hiding = redactionOf(env);
  return {
    store: forgettingWith(alarm, store),
    cipher,
    sql: ctx.storage.sql,
    clock,
    chance: { bytes: randomPool(), fraction: () => Math.random() },
    sha256: sha256Hex,
    redact: hiding.text,
    openEnd: hiding.openEnd,
    setAlarm: alarm.set,
    isArmed: alarm.isSet,
    restAlarm: alarm.rest,
    after: systemTimers.after,
    end: (why) => ctx.abort(why),
  };
}
