import { setTimeout as sleep } from "node:timers/promises";
import type { Miniflare } from "miniflare";
import type { Log } from "./log.ts";

/** So often within a minute it is opened anew: what is lost more often is lost for a reason that stays. */
const reopensPerMinuteMax = 5;
const minuteMs = 60_000;
/** Whatever ended it may be over a moment later. */
const pauseMs = 250;

/** The Worker's runtime. One that ends is started again, and one that does not start is opened anew. */
export interface Runtime {
  /** When it serves for the first time; rejects when it does not. */
  ready: Promise<unknown>;
  /** Ends it with all that is under way, and opens another one. */
  reopen(why: string): void;
  dispose(): Promise<void>;
}

/**
 * miniflare starts a workerd that ended once more by itself, and gives up when that one ends, too, before it
 * serves.
 *
 * @param open opens it; `lost` is to be called when miniflare has given up
 * @param told hears when it serves again, or that it does not
 */
export function keptRuntime(
  open: (lost: (why: string) => void) => Miniflare,
  told: { log: Log; reopened: () => void; lost: (why: string) => void },
): Runtime {
  let stopped = false;
  let reopening = false;
  let reopens: number[] = [];
  const begin = () => open((why) => void reopen(why));
  let current = begin();

  async function reopen(lostWhy: string): Promise<void> {
    if (stopped || reopening) return;
    reopening = true;
    for (let why: string | null = lostWhy; why !== null && !stopped; ) {
      // By a clock that nobody sets: the machine's may be the very reason.
      const now = performance.now();
      reopens = [...reopens.filter((at) => at > now - minuteMs), now];
      if (reopens.length > reopensPerMinuteMax) return told.lost(why);
      told.log("warn", "the runtime is opened anew", { why });
      why = await replaced();
    }
    reopening = false;
  }

  /** Opens another one in its place; answers why that does not serve, or null when it does. */
  async function replaced(): Promise<string | null> {
    await current.dispose().catch(() => {});
    await sleep(pauseMs);
    if (stopped) return null;
    current = begin();
    try {
      await current.ready;
      told.reopened();
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  return {
    ready: current.ready,
    reopen: (why) => void reopen(why),
    dispose: () => {
      stopped = true;
      return current.dispose();
    },
  };
}
