import type { BothClocks, ClockRows } from "../../workers/orchestrator/steady-clock.ts";
import type { DiskAccess } from "./disk.ts";

/** What an object remembers of a clock that was set back, in memory. */
export function memoryClockRows(disk: DiskAccess): ClockRows {
  const rows = disk.table<BothClocks>("clock");
  return {
    read: () => rows.get("") ?? null,
    write: (both) => (both === null ? rows.drop("") : rows.put("", both)),
  };
}
