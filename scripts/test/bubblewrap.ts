import { spawnSync } from "node:child_process";
import { aptInstall } from "./apt.ts";

let reason: string | null | undefined;

/**
 * Has bubblewrap on this machine, by installing it when we may. Without it the tests of its walls are
 * skipped, one by one and with the reason; the rest of the journeys run behind what there is.
 *
 * @returns null when it is there, else the reason why not.
 */
export function ensureBubblewrap(): string | null {
  if (reason === undefined) reason = isInstalled() ? null : aptInstall("bubblewrap");
  if (reason !== null) process.stdout.write(`sandbox: there is no bubblewrap: ${reason}\n`);
  return reason;
}

function isInstalled(): boolean {
  return spawnSync("bwrap", ["--version"], { stdio: "ignore" }).status === 0;
}
