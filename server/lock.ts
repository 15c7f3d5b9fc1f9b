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

/** SQLite's code for "another connection holds the lock". */
const sqliteBusy = 5;

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
    database.exec("PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === sqliteBusy)
      throw new StateLocked(`another Tamma server uses the state folder ${state}${addressOf(state)}`, {
        cause: error,
      });
    throw error;
  }
  let held = true;
  return {
    release() {
      if (!held) return;
      held = false;
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
