import { startFaultProxy } from "../../faults/fault-proxy.ts";
import { randomFaults } from "../../faults/schedules.ts";
import { openLoadHost } from "../../load/host.ts";
import { startRunners } from "../../load/runners.ts";
import { type FaultCase, loopFaults, startLoops, untilAll, whileDeciding } from "./case.ts";

const loops = 6;

/** Between runners and server one request in four is dropped, delayed, cut in mid-body or doubled. */
export const networkCut = (seed: number): FaultCase => ({
  name: "network cut",
  says: "between runners and server one request in four is dropped, delayed, cut in mid-body or doubled",
  async run() {
    await using host = await openLoadHost({ turnMs: 30 });
    await using proxy = await startFaultProxy(host.url, randomFaults(seed, { every: 4 }));
    await using _runners = await startRunners(host, 30, 2, proxy.url);
    const started = await startLoops(host, loops);
    await whileDeciding(host, () => untilAll(host, started, "Merged"));
    const happened = [...proxy.happened.values()].reduce((sum, count) => sum + count, 0);
    const faults = happened > 0 ? [] : ["nothing happened to any request"];
    return [...faults, ...(await loopFaults(host, started))];
  },
});
