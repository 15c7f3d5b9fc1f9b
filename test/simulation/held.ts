import type { Disk } from "../memory/disk.ts";
import { holdAside } from "./broken.ts";

/**
 * A runner that is told to go on holds the lease: whoever comes with an old fence is told to stop. Called
 * before it asks; what comes back is called with the answer. A lease whose time is up may be taken back right
 * behind the answer, by the drain that the same call woke; given to somebody else it is not.
 */
export function holdingLaw(disk: Disk, method: string, args: unknown[]): (answer: unknown) => void {
  const asked = fenceIn(method, args);
  if (asked === null) return () => {};
  const fenceNow = (): number | null => {
    const leases = disk.table<{ job: string; fence: number }>("leases");
    return [...leases.rows()].find(({ job }) => job === args[0])?.fence ?? null;
  };
  const before = fenceNow();
  return (answer) => {
    if (!isYes(answer)) return;
    const fence = fenceNow() ?? before;
    holdAside(fence === asked, "6 an old fence is told to stop", () => `fence ${asked} of ${args[0]}`);
  };
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
