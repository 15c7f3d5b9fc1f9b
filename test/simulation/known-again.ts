import type { Disk } from "../memory/disk.ts";
import { holdAside } from "./broken.ts";
import { NetworkFault } from "./network-fault.ts";

/** Was this very command accepted before? Then whatever comes back now has to say so too. */
export function acceptedBefore(disk: Disk, method: string, args: unknown[]): boolean {
  if (method !== "command") return false;
  const [loop, , commandId] = args;
  return disk.table("answers").get(`${loop} ${commandId}`) !== undefined;
}

/** @param said what came back, or what was thrown instead */
export function checkKnownAgain(said: { value: unknown } | { thrown: unknown }, args: unknown[]): void {
  const lost = "thrown" in said && said.thrown instanceof NetworkFault;
  const again = "value" in said && (said.value as { ok: boolean }).ok;
  holdAside(lost || again, "7 a command that comes again is known", () => String(args[2]));
}
