import { printed, startProcess, tick } from "../../journey/processes.ts";
import { openLoadHost } from "../../load/host.ts";
import { startRunners } from "../../load/runners.ts";
import { type FaultCase, loopFaults, startLoops, untilAll, whileDeciding } from "./case.ts";

const loops = 4;
const others = 3;

export const twoServers: FaultCase = {
  name: "two servers",
  says: `${others} more servers are started on the state folder of one that is at work`,
  async run() {
    await using host = await openLoadHost({ turnMs: 30 });
    await using _runners = await startRunners(host, 30, 1);
    const started = await startLoops(host, loops);
    const faults: string[] = [];
    const more = Array.from({ length: others }, () =>
      startProcess(["server/main.ts", "--state", host.state, "--port", "0", "--with-parent"]),
    );
    for (const other of more) {
      const said = await printed(
        other,
        /another Tamma server uses the state folder .* listens at (\S+)/,
      ).catch((error: unknown) => String(error));
      if (typeof said === "string" || !said[1]?.startsWith(host.url))
        faults.push(`a second one said: ${said}`);
      while (other.process.exitCode === null) await tick();
      if (other.process.exitCode !== 1) faults.push(`a second one ended with ${other.process.exitCode}`);
    }
    await whileDeciding(host, () => untilAll(host, started, "Merged"));
    return [...faults, ...(await loopFaults(host, started))];
  },
};
