/** Of the 30 s that a stop may take: time for a job to finish by itself ... */
const finishMs = 15_000;
/** ... then to be stopped (5 s) and its result to be sent; whoever still hangs is cut off. */
const cutOffMs = 29_000;
/** How soon a runner notices that whoever started it is gone. */
const parentLookMs = 1_000;

export interface Ending {
  /** No new job is begun. */
  ending: AbortSignal;
  /** Running jobs are handed back. */
  handBack: AbortSignal;
}

/**
 * How a runner ends: the first TERM, INT or HUP lets the running jobs finish for a while, then hands them
 * back; the second one hands them back at once. With `withParent` the end of the parent process counts as the
 * first. `atOnce`: nothing is left to finish, because whoever ends us soon uses force.
 */
export function endings(options: { withParent: boolean; atOnce?: boolean; say(line: string): void }): Ending {
  const ending = new AbortController();
  const handBack = new AbortController();
  const giveBack = () => handBack.abort(new Error("the runner ends; the job is handed back"));
  const end = (why: string) => {
    if (ending.signal.aborted) return giveBack();
    const rest = options.atOnce ? "what runs is handed back" : `what runs has ${finishMs / 1000} s to finish`;
    options.say(`${why}: no new jobs; ${rest}`);
    ending.abort(new Error(why));
    if (options.atOnce) giveBack();
    else setTimeout(giveBack, finishMs).unref();
    setTimeout(() => process.exit(1), cutOffMs).unref();
  };
  process.on("SIGTERM", () => end("told to end"));
  process.on("SIGINT", () => end("interrupted"));
  process.on("SIGHUP", () => end("the terminal was closed"));
  if (options.withParent) {
    const parent = process.ppid;
    const look = setInterval(() => {
      // An orphan gets another parent.
      if (process.ppid === parent) return;
      clearInterval(look);
      end("the process that started the runner is gone");
      giveBack();
    }, parentLookMs);
    look.unref();
  }
  return { ending: ending.signal, handBack: handBack.signal };
}
