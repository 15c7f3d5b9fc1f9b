import { statSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { Inbox } from "@tamma/core/protocol/rest.ts";
import { openLoadHost } from "./host.ts";
import { inLanes } from "./lanes.ts";
import { addIssue, addRepository } from "./loops.ts";
import { countWith, objectFiles, waitUntil } from "./record.ts";
import { jobsAtOnceMax, startRunners } from "./runners.ts";

const slots = 20;
const turnMs = 5;
const jobMs = 0;
/** Objects leave memory after ten seconds without work; what is measured is the rest after that. */
const settleMs = 15_000;
const restMs = 10_000;
const patienceMsOf = (loops: number) => 120_000 + loops * 1_000;

export interface WaitingReport {
  loops: number;
  secondsToGetThere: number;
  /** When all of them wait, and nobody does anything. */
  memory: { server: number; workerd: number };
  kbPerLoop: number;
  /** Processor seconds per second at rest. */
  busy: number;
  inboxMs: number;
  /** After `kill -9`: until it listens, and until one decision is acknowledged. */
  recovery: { listeningMs: number; decidedMs: number };
  memoryAfter: { server: number; workerd: number };
}

/** Many loops that wait for a person at their design. */
export async function waitingCase(loops: number): Promise<WaitingReport> {
  await using host = await openLoadHost({ turnMs });
  const began = performance.now();
  const waiting = () => countWith(host.state, ["CheckpointOpened"]);
  {
    await using _runners = await startRunners(host, jobMs, Math.min(4, Math.ceil(loops / jobsAtOnceMax)));
    const repositories = Array.from({ length: Math.ceil(loops / slots) }, (_, n) => n);
    await inLanes(repositories, 8, async (n) => {
      const repository = await addRepository(host, n);
      for (let each = 0; each < Math.min(slots, loops - n * slots); each += 1) {
        const issue = await addIssue(host, repository);
        await host.call("POST", "/api/v1/loops", { repository, issue });
      }
    });
    await waitUntil(
      () => waiting() === loops,
      patienceMsOf(loops),
      () => `${waiting()} of ${loops} wait`,
    );
  }
  const secondsToGetThere = (performance.now() - began) / 1_000;
  await pause(settleMs);
  const before = host.processorSeconds();
  await pause(restMs);
  const busy = (host.processorSeconds() - before) / (restMs / 1_000);
  const memory = host.memory();
  const bytes = objectFiles(host.state).reduce((sum, file) => sum + statSync(file).size, 0);
  const looked = performance.now();
  const { items } = await host.call<Inbox>("GET", "/api/v1/inbox");
  const inboxMs = performance.now() - looked;

  await host.kill();
  const restarted = performance.now();
  const listeningMs = await host.start();
  const [item] = items;
  if (!item) throw new Error("nobody waits");
  const checkpoint = encodeURIComponent(item.id ?? "");
  const path = `/api/v1/loops/${encodeURIComponent(item.loop)}/checkpoints/${checkpoint}`;
  await host.call("POST", path, { subject: item.subject ?? "", decision: "approve" });
  const decidedMs = performance.now() - restarted;
  await pause(settleMs);
  return {
    ...{ loops, secondsToGetThere, memory, busy, inboxMs, recovery: { listeningMs, decidedMs } },
    kbPerLoop: bytes / 1_024 / loops,
    memoryAfter: host.memory(),
  };
}
