import { setTimeout as pause } from "node:timers/promises";
import { GitFailed } from "./git-failed.ts";
import { attemptGit, type GitOptions, type GitOutcome, transferTimeoutMs } from "./run-git.ts";

/** A server that is restarted or moved is back within minutes; one that is away for longer needs a person. */
const unreachableMsMax = 300_000;
const pauseFirstMs = 1_000;
const pauseMaxMs = 15_000;

/** The server gave no answer, or one that says that it is not well now. */
const unreachable = new RegExp(
  [
    "(Failed|Could not) (to )?connect|Could not resolve host|Connection (refused|timed out|reset|closed)",
    "Operation timed out|Empty reply|early EOF|hung up|returned error: (429|5\\d\\d)",
  ].join("|"),
  "i",
);
/** It gave one, and the same would come again. */
const refused = /Authentication failed|could not read (Username|Password)|Permission denied|Host key/i;

export interface Patience {
  /** Told once for each wait, with what git said. */
  waits?: (why: string, ms: number) => void;
  /** How long an unreachable server is waited for; five minutes when it is not given. */
  unreachableMs?: number;
}

/**
 * A git that only reads from a server: clone, fetch, ls-remote. While the server cannot be reached it is
 * asked again, because that says nothing about the work. Pushes do not belong here: whether a job may still
 * push is asked right before it.
 *
 * @throws as `attemptGit`; GitFailed too when it is stopped while it waits
 */
export async function readFromServer(
  args: readonly string[],
  options: GitOptions,
  { waits, unreachableMs = unreachableMsMax }: Patience = {},
): Promise<GitOutcome> {
  // From the first failure on: a long transfer may be cut near its end.
  let until: number | null = null;
  for (let pauseMs = pauseFirstMs; ; pauseMs = Math.min(2 * pauseMs, pauseMaxMs)) {
    const outcome = await attemptGit(args, { timeoutMs: transferTimeoutMs, ...options });
    const { exitCode, stderr } = outcome;
    const away = exitCode !== 0 && unreachable.test(stderr) && !refused.test(stderr);
    if (!away) return outcome;
    until ??= Date.now() + unreachableMs;
    if (Date.now() + pauseMs > until) return outcome;
    waits?.(stderr.trim(), pauseMs);
    await pause(pauseMs, undefined, { signal: options.signal }).catch(() => {
      throw new GitFailed(args, -1, "stopped");
    });
  }
}
