import { closeSync, globSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Health, ReconcileReport } from "@tamma/core/protocol/rest.ts";
import { openLoadHost } from "../../load/host.ts";
import { startRunners } from "../../load/runners.ts";
import { eventsOf, type FaultCase, loopFaults, startLoops, untilAll, whileDeciding } from "./case.ts";

const loops = 4;

export const d1Unreadable: FaultCase = {
  name: "D1 unreadable",
  says: "D1's file is garbage after a kill -9: loops go on and merge without it, and it is made again",
  async run() {
    await using host = await openLoadHost({ turnMs: 30 });
    await using _runners = await startRunners(host, 30, 1);
    const faults: string[] = [];
    const started = await startLoops(host, loops);
    await untilAll(host, started, "CheckpointOpened");
    await host.kill();
    for (const file of databases(host.state)) overwrite(file);
    await host.start();
    await whileDeciding(host, () => untilAll(host, started, "Merged"));
    faults.push(...(await loopFaults(host, started)));
    const ill = await host.call<Health>("GET", "/health");
    if (ill.status !== "degraded") faults.push(`with D1 in pieces the health is ${ill.status}`);

    // As docs/operating.md says: end it, remove the file, start, reconcile.
    await host.kill();
    rmSync(join(host.state, "d1"), { recursive: true });
    await host.start();
    const { streams } = await host.call<ReconcileReport>("POST", "/api/v1/server/reconcile", {});
    for (const loop of started) {
      const stream = streams.find((each) => each.stream === loop);
      const events = (await eventsOf(host, loop)).length;
      // What the loop's own waking copied already is equal.
      const whole = stream?.outcome === "copied" || (stream?.outcome === "equal" && stream.d1 === events);
      if (!whole) faults.push(`${loop} came back into D1 as ${JSON.stringify(stream)}`);
    }
    return faults;
  },
};

function databases(state: string): string[] {
  return globSync("d1/*/*.sqlite", { cwd: state })
    .filter((file) => !file.includes("metadata"))
    .map((file) => join(state, file));
}

/** The first page: what makes it a database. */
function overwrite(file: string): void {
  for (const ending of ["-wal", "-shm"]) rmSync(`${file}${ending}`, { force: true });
  const handle = openSync(file, "r+");
  writeSync(handle, Buffer.alloc(4_096, "garbage "));
  closeSync(handle);
}
