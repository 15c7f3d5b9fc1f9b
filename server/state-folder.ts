import { chmodSync, existsSync, mkdirSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { isFull, probeDisk } from "./disk.ts";

const ownerOnlyFolder = 0o700;

/** The state folder cannot be written; nothing was begun. The message says what to do. */
export class StateUnusable extends Error {
  override readonly name = "StateUnusable";
}

/**
 * Makes the state folder for its owner alone, makes sure that it can be written, and gives back its real
 * path, which names it to other processes whatever link they came by.
 *
 * @throws StateUnusable when it cannot be made or written
 */
export function ensureStateFolder(path: string): string {
  try {
    makeFolder(path);
    // mkdir leaves the mode of a folder that was there, and takes the umask off a new one.
    chmodSync(path, ownerOnlyFolder);
    const state = realpathSync(path);
    probeDisk(state);
    return state;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new StateUnusable(`the state folder ${path} cannot be ${whyNot(code, message)}`, { cause: error });
  }
}

/** Node's own recursive mkdir never returns where a parent takes no folders, such as /proc (24.21, seen). */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  mkdirSync(path, { mode: ownerOnlyFolder });
}

function whyNot(code: string | undefined, message: string): string {
  if (isFull(code))
    return `written: there is no space left (${code}); free some, or name another folder with --state`;
  switch (code) {
    case "EROFS":
      return "written: it lies on a read-only file system (EROFS); name another folder with --state";
    case "EACCES":
    case "EPERM":
      return (
        `made or used: this user may not write there (${code}); start as its owner, or name another ` +
        "folder with --state"
      );
    default:
      return `made or used: ${message}; name another one with --state`;
  }
}
