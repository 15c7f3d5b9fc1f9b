import type { Disk } from "../memory/disk.ts";
import { holdAside } from "./broken.ts";

/** A runner that is told to go on holds the lease: whoever comes with an old fence is told to stop. */
export function checkHeld(disk: Disk, method: string, args: unknown[], answer: unknown): void {
  const asked = fenceIn(method, args);
  if (asked === null || !isYes(answer)) return;
  const leases = disk.table<{ job: string; fence: number }>("leases");
  const held = [...leases.rows()].find(({ job }) => job === args[0]);
  holdAside(held?.fence === asked, "6 an old fence is told to stop", () => `fence ${asked} of ${args[0]}`);
}

/** The fence with which a runner asks whether the job is still its own; null when it asks something else. */
function fenceIn(method: string, args: unknown[]): number | null {
  if (method === "holds") return args[2] as number | null;
  return method === "heartbeat" ? (args[2] as { fence: number }).fence : null;
}

function isYes(answer: unknown): boolean {
  const { ok, value } = answer as { ok: boolean; value: { continue: boolean } | null };
  return ok && value?.continue !== false;
}
