import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { goneMax } from "@tamma/core/protocol/runner.ts";
import { killWithin } from "./sandbox/left-behind.ts";

/**
 * One process of a runner. It works in a folder of its own, which it locks; the kernel gives the lock back
 * however the process ends, so whoever can take it knows that the owner is gone. One that is only stopped
 * (SIGSTOP, a suspended laptop) keeps it.
 */
export interface Instance {
  readonly id: string;
  /** The folders of jobs lie below it. */
  readonly folder: string;
  /** Earlier processes of this runner that are gone and were not yet reported as such. */
  gone(): string[];
  /** The server knows of them now; what they left is cleared away. */
  told(gone: readonly string[]): void;
  /** Gives the folder back at an orderly end. */
  close(): void;
}

const lockFile = "lock.sqlite";

/**
 * Begins as a new process of `runner` in the folder `work`. Processes of the jobs of those that are gone are
 * killed first: nobody waits for them, and they would disturb the jobs that are done again.
 */
export function openInstance(work: string, runner: string): Instance {
  const own = prefixOf(runner);
  // Locked before it has its name, so that nobody who starts at the same time takes it for a dead one.
  const nameless = mkdtempSync(join(work, ".new-"));
  const lock = tryLock(nameless);
  if (!lock) throw new Error(`the new folder ${nameless} cannot be locked`);
  const id = `${own}${randomBytes(4).toString("hex")}`;
  const folder = join(work, id);
  renameSync(nameless, folder);

  const gone = new Map<string, DatabaseSync>();
  for (const name of readdirSync(work)) {
    if (!isInstance(name) || name === id) continue;
    const held = tryLock(join(work, name));
    if (!held) continue;
    killWithin(join(work, name));
    // Another runner's leases are not ours to give back; its next start does it.
    if (name.startsWith(own)) gone.set(name, held);
    else held.close();
  }
  return {
    id,
    folder,
    gone: () => [...gone.keys()].slice(0, goneMax),
    told: (names) => {
      for (const name of names) {
        remove(join(work, name));
        gone.get(name)?.close();
        gone.delete(name);
      }
    },
    close: () => {
      for (const held of gone.values()) held.close();
      remove(folder);
      lock.close();
    },
  };
}

/** Short, because a project may open sockets below it. */
function prefixOf(runner: string): string {
  return `i-${createHash("sha256").update(runner).digest("hex").slice(0, 6)}-`;
}

function isInstance(name: string): boolean {
  return /^i-[0-9a-f]{6}-[0-9a-f]{8}$/.test(name);
}

/** An exclusive transaction on a file in the folder; null when a living process has it. */
function tryLock(folder: string): DatabaseSync | null {
  let database: DatabaseSync | null = null;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    database = new DatabaseSync(join(folder, lockFile));
    database.exec("PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE");
    return database;
  } catch {
    // Locked, or just being removed by somebody else: either way it is not ours.
    database?.close();
    return null;
  }
}

/** What cannot be removed is left to the next start. */
function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // A file that somebody protected is no reason to keep the runner.
  }
}
