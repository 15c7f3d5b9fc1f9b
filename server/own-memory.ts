import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Long enough that the first requests do not wait behind it. */
const settleMs = 1_000;

/**
 * Gives back memory that is garbage now. Starting takes more than a hundred megabytes (the runtime's host,
 * its schemas, the reader of types), and what this process does afterwards allocates too little for V8 to
 * look.
 */
export function collect(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

export function collectAfterStart(): void {
  setTimeout(collect, settleMs).unref();
}
