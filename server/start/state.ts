import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { lockState } from "../lock.ts";

/** The local token of a state folder. @throws when the server has not made it */
export function readToken(state: string): string {
  return readFileSync(join(state, "token"), "utf8").trim();
}

/**
 * Remembers whether a state folder was there. `undo` removes it again when this start made it: a first try
 * that failed on a wrong key leaves nothing behind.
 */
export function noteState(state: string): { undo(): void } {
  const before = existsSync(state);
  return {
    undo() {
      if (before || !existsSync(state)) return;
      try {
        // Another start at the same moment may have been quicker: then the folder is not ours to remove.
        lockState(state).release();
      } catch {
        return;
      }
      rmSync(state, { recursive: true, force: true });
    },
  };
}
