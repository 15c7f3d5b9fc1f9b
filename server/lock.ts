import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Somebody else holds the state folder. */
export class StateLocked extends Error {
  override readonly name = "StateLocked";
}

export interface StateLock {
  release(): void;
}

/** A connection that nobody refers to is collected, and its lock with it: these live until released. */
const held = new Set<DatabaseSync>();

/** SQLite's code for "another connection holds the lock"; its extended codes carry it in the low byte. */
const sqliteBusy = 5;

/**
 * Two that come at the same instant hold a shared lock each on the way to the exclusive one. With no patience
 * at all both give up; with some, the first to reserve waits for the other one to let go.
 */
const lockPatienceMs = 250;

/**
 * Takes the state folder for this process alone, by an exclusive transaction on `lock.sqlite`. The kernel
 * gives the lock back however the holder dies; a lock file with pids was tried and let two of six
 * simultaneous starts in.
 *
 * @throws StateLocked when another process holds it
 */
export function lockState(state: string): StateLock {
  const database = new DatabaseSync(join(state, "lock.sqlite"));
  try {
    // Nothing is ever written, so there is nothing to roll back: without a journal file a killed holder
    // leaves none that the next ones would have to agree about.
    database.exec(`PRAGMA busy_timeout = ${lockPatienceMs}; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE`);
  } catch (error) {
    database.close();
    if (((error as { errcode?: number }).errcode ?? 0) % 256 === sqliteBusy)
      throw new StateLocked(`another Tamma server uses the state folder ${state}${addressOf(state)}`, {
        cause: error,
      });
    throw error;
  }
  held.add(database);
  return {
    release() {
      if (!held.delete(database)) return;
      database.exec("ROLLBACK");
      database.close();
    },
  };
}

/** Where the holder says it listens, for the message; empty while it has not said so. */
function addressOf(state: string): string {
  try {
    const { url } = JSON.parse(readFileSync(join(state, "server.json"), "utf8"));
    return typeof url === "string" ? ` and listens at ${url}` : "";
  } catch {
    return "";
  }
}
