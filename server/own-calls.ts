import { setTimeout as delay } from "node:timers/promises";
import { Draining, Resumed } from "@tamma/core/protocol/rest.ts";
import type { z } from "zod";
import type { Log } from "./log.ts";

/** The Worker on this machine, as its own host asks it. */
export interface OwnWorker {
  url: string;
  token: string;
  log: Log;
}

/** Of the 30 s that a stop may take: what is left after it is for the runtime and the operating system. */
const drainMsMax = 20_000;
/** A pause between two looks at what is still under way. */
const lookMs = 50;
/** The Worker answers these calls from memory, or wakes objects one after another. */
const answerMsMax = 10_000;

/**
 * Wakes every loop that may have work. Without it a loop that was cut in the middle of an effect would wait
 * for its alarm, up to half a minute. Never rejects: the alarms come all the same.
 *
 * @param which `again`: the state folder came out of a backup, and neighbours may not know what they were
 *   told; `waiting`: also those that wait for a person
 * @returns whether all were woken
 */
export async function resumeWorker(
  own: OwnWorker,
  which: { again: boolean; waiting: boolean },
): Promise<boolean> {
  try {
    const { repositories, loops, failed } = await call(own, "resume", Resumed, which);
    if (loops + failed > 0) own.log(failed > 0 ? "warn" : "info", "resumed", { repositories, loops, failed });
    return failed === 0;
  } catch (error) {
    own.log("warn", "the loops could not be woken at once; their alarms wake them", { error: String(error) });
    return false;
  }
}

/** Begins nothing new and waits for what is under way, for a while. Never rejects. */
export async function drainWorker(own: OwnWorker): Promise<void> {
  const until = performance.now() + drainMsMax;
  try {
    for (;;) {
      const { inFlight } = await call(own, "drain", Draining);
      if (inFlight === 0) return;
      if (performance.now() >= until) {
        own.log("warn", "cut what did not end in time; the next start does it again", { inFlight });
        return;
      }
      await delay(lookMs);
    }
  } catch (error) {
    own.log("warn", "the Worker does not answer; it is ended as it is", { error: String(error) });
  }
}

async function call<S extends z.ZodType>(
  { url, token }: OwnWorker,
  path: string,
  schema: S,
  body: Record<string, unknown> = {},
): Promise<z.infer<S>> {
  const response = await fetch(`${url}/api/v1/server/${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(answerMsMax),
  });
  if (!response.ok) throw new Error(`POST ${path} was answered with ${response.status}`);
  return schema.parse(await response.json());
}
