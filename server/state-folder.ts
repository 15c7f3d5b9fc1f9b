import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

const ownerOnlyFolder = 0o700;
/** The databases write in steps of a few pages; without this much room the first command would fail. */
const probeBytes = 1_048_576;

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
    probe(state);
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

/** A full disk shows only when bytes are really written, not when a file is made. */
function probe(state: string): void {
  const file = join(state, `.probe-${process.pid}`);
  try {
    const handle = openSync(file, "w", 0o600);
    try {
      writeFileSync(handle, Buffer.alloc(probeBytes));
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } finally {
    rmSync(file, { force: true });
  }
}

function whyNot(code: string | undefined, message: string): string {
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return `written: there is no space left (${code}); free some, or name another folder with --state`;
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
