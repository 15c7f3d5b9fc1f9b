import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { aesCipher, sha256Hex } from "../../workers/orchestrator/cipher.ts";
import { d1Copy } from "../../workers/orchestrator/d1-log.ts";
import type { SealedRow } from "../../workers/orchestrator/event-row.ts";
import type { ObjectStore } from "../../workers/orchestrator/object-store.ts";
import { migrate } from "../../workers/orchestrator/sqlite-schema.ts";
import { sqliteStore } from "../../workers/orchestrator/sqlite-store.ts";
import { type CopiedRows, copiedObject } from "../contracts/copied-object.ts";
import type { CopySubject } from "../contracts/copy-contract.ts";
import type { StoreSubject } from "../contracts/store-contract.ts";
import type { FaultSubject, Writes } from "../contracts/store-faults-contract.ts";
import type { RestoreSubject } from "../contracts/store-restore-contract.ts";
import type { SurvivalSubject } from "../contracts/store-survival-contract.ts";

/** The stores of the Worker, as the contracts in test/contracts want to meet them. */

export const cipher = aesCipher(env.TAMMA_MASTER_KEY);
let objects = 0;

/**
 * An object of our own: its storage is real, the class around it does not matter here. Each call gives a new
 * stub, because one whose object was cut off is of no use any more.
 */
type ObjectOf = () => DurableObjectStub;

export function freshObject(): ObjectOf {
  objects += 1;
  const id = env.ACCOUNT_HUB.idFromName(`storage ${objects}`);
  return () => env.ACCOUNT_HUB.get(id);
}

/** A new instance of the store over the object's rows. */
export function openStore<T>(
  object: ObjectOf,
  work: (store: ObjectStore, storage: DurableObjectStorage) => T | Promise<T>,
): Promise<T> {
  return runInDurableObject(object(), (_object, { storage }) => {
    migrate(storage, { name: "test", steps: [] });
    return work(sqliteStore(storage, cipher), storage);
  });
}

export const sqliteSubject: StoreSubject & FaultSubject & SurvivalSubject & RestoreSubject = {
  name: "sqlite",
  sha256: sha256Hex,
  withStore: (work: (store: ObjectStore, writes: Writes) => void) =>
    openStore(freshObject(), (_store, storage) => {
      const { breakable, writes } = breakableStorage(storage);
      work(sqliteStore(breakable, cipher), writes);
    }),
  place: () => {
    const object = freshObject();
    return {
      open: (work) => openStore(object, (store) => work(store)),
      ends: { eviction: () => evictDurableObject(object()), "a crash": () => abortAllDurableObjects() },
    };
  },
  object: (stream) => copiedObject(stream.id, sha256Hex, copiedRows()),
};

/** The same storage, whose writes can be made to fail. Transactions stay the real ones. */
function breakableStorage(storage: DurableObjectStorage) {
  let left: number | null = null;
  let made = 0;
  const exec = (query: string, ...bindings: unknown[]) => {
    if (!/^\s*(SELECT|WITH)\b/i.test(query)) {
      if (left === 0) throw new Error("the disk refuses to write");
      if (left !== null) left -= 1;
      made += 1;
    }
    return storage.sql.exec(query, ...bindings);
  };
  const breakable = {
    sql: { exec },
    transactionSync: <T>(work: () => T) => storage.transactionSync(work),
  } as unknown as DurableObjectStorage;
  const writes: Writes = {
    breakAfter: (n) => {
      left = n;
    },
    made: () => made,
  };
  return { breakable, writes };
}

/** All of an object's file that belongs to its log. */
const tables = ["events", "commands", "effects", "timers", "outbox", "held", "set_aside"];

function copiedRows(): CopiedRows {
  const object = freshObject();
  const onTables = (sql: (table: string) => string) =>
    openStore(object, (_store, storage) => {
      for (const table of tables) storage.sql.exec(sql(table));
    });
  return {
    copy: d1Copy(env.DB),
    open: (work) => openStore(object, (store) => work(store)),
    keep: () => onTables((table) => `CREATE TABLE kept_${table} AS SELECT * FROM ${table}`),
    putBack: () =>
      onTables((table) => `DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM kept_${table}`),
    setAside: () =>
      openStore(
        object,
        (_store, { sql }) => sql.exec<{ n: number }>("SELECT count(*) AS n FROM set_aside").one().n,
      ),
  };
}

export const d1Subject: CopySubject = { name: "d1", sha256: sha256Hex, copy: () => d1Copy(env.DB) };

/** Writes a row as it stands, by SQL alone: what D1 itself says to it. */
export async function insertIntoD1(row: SealedRow): Promise<void> {
  await env.DB.prepare("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    .bind(
      ...[row.stream, row.kind, row.seq, row.id, row.at, row.type, row.version, row.actor, row.correlation],
      ...[row.causation, row.step, row.key_id, row.payload, row.prev_hash, row.hash],
    )
    .run();
}
