import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FaultProxy, startFaultProxy } from "../faults/fault-proxy.ts";
import { noFault, randomFaults } from "../faults/schedules.ts";
import { calcRepository, title } from "./calc.ts";
import { expectMerged, expectNothingLostOrDoubled, issueOf } from "./network-loop.ts";
import { projectNode, root } from "./processes.ts";
import { openStage, type Stage } from "./stage.ts";

/** Every fault costs a pause; on a busy machine they add up. */
const patienceMs = 240_000;

let proxy: FaultProxy;
let stage: Stage;

beforeAll(async () => {
  stage = await openStage({
    script: { issues: [issueOf(1)] },
    repository: calcRepository,
    patienceMs,
    beforeServer: async (url) => {
      proxy = await startFaultProxy(url, noFault);
      return proxy.url;
    },
  });
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

test(
  "a loop whose network does every bad thing is merged, and nothing is lost or doubled",
  async () => {
    proxy.follow(randomFaults(20_261_127, { every: 6 }));
    const loop = await stage.start(`${title} 1`);
    const seen = follow(loop);
    await expectMerged(stage, loop);
    const shown = await seen;
    expect([...proxy.happened.values()].reduce((sum, one) => sum + one, 0)).toBeGreaterThan(10);
    proxy.follow(noFault);
    await expectNothingLostOrDoubled(stage, loop, 1);
    // The command line reads through the same network, and shows every event once and in order.
    const events = await stage.events(loop);
    expect(shown).toEqual(events.map((event) => event.seq).slice(0, shown.length));
    expect(shown.length).toBeGreaterThanOrEqual(events.findIndex((event) => event.type === "Merged"));
  },
  2 * patienceMs,
);

/** The numbers of the events that `tamma events --follow` shows, through the proxy. */
async function follow(loop: string): Promise<number[]> {
  const args = ["cli/main.ts", "--server", proxy.url, "--json", "events", loop, "--follow"];
  const { stdout } = await promisify(execFile)(projectNode, args, {
    env: { ...process.env, TAMMA_TOKEN: stage.token },
    cwd: root,
    maxBuffer: 50_000_000,
  });
  const lines = stdout.trim().split("\n");
  return lines.map((line) => (JSON.parse(line) as { seq: number }).seq);
}
