import { setTimeout as pause } from "node:timers/promises";
import type { Inbox } from "@tamma/core/protocol/rest.ts";
import type { LoadHost } from "./host.ts";
import { inLanes } from "./lanes.ts";

/** Between two looks at the inbox; a look at a long one takes its time, and the next one waits longer. */
const lookMsMin = 200;
const looksShare = 4;
/** Decisions under way at once. */
const lanes = 16;

/**
 * Somebody who looks at the inbox and decides whatever waits there, in the same way, until `over` aborts.
 *
 * @param decided gets the ids of the checkpoints whose decision the server took
 */
export async function decideAll(
  host: LoadHost,
  decisionOf: (item: Inbox["items"][number]) => "approve" | "reject",
  over: AbortSignal,
  decided = new Set<string>(),
): Promise<void> {
  while (!over.aborted) {
    const began = performance.now();
    const { items } = await host.call<Inbox>("GET", "/api/v1/inbox");
    const took = performance.now() - began;
    const open = items.filter((item) => item.kind === "checkpoint" && !decided.has(item.id ?? ""));
    await inLanes(open, lanes, async (item) => {
      const [loop, checkpoint] = [item.loop, item.id ?? ""].map(encodeURIComponent);
      const path = `/api/v1/loops/${loop}/checkpoints/${checkpoint}`;
      const decision = decisionOf(item);
      const text = decision === "reject" ? "not now" : "";
      await host.call("POST", path, { subject: item.subject ?? "", decision, text }, `decide-${item.id}`);
      decided.add(item.id ?? "");
    });
    await pause(Math.max(lookMsMin, took * looksShare));
  }
}
