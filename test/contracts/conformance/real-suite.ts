import { test } from "vitest";
import { conformance } from "./conformance.ts";
import { faultsContract } from "./faults.ts";
import { realGround, realServer } from "./real.ts";
import type { Dialect } from "./world.ts";

/** The suite on the server that the environment names; without one, a single skip that says what to set. */
export function onRealServer(platform: Dialect): void {
  const server = realServer(platform);
  if ("missing" in server) {
    test.skip(`${platform}: the suite on a real server (skipped: set ${server.missing})`, () => {});
    return;
  }
  const ground = realGround(server);
  conformance(ground);
  faultsContract(ground);
}
