import { leaseMs } from "@tamma/core/domain/policy/limits.ts";
import type { Lease, LeaseRows } from "../../workers/orchestrator/lease-rows.ts";
import type { DiskAccess } from "./disk.ts";

type Row = Lease & { graced: boolean };

/** Leases in memory; see the rows in SQLite for what they mean. */
export function memoryLeaseRows(disk: DiskAccess, now: number): LeaseRows {
  const rows = disk.table<Row>("leases");
  for (const row of [...rows.rows()])
    if (!row.graced && row.expiresAt < now + leaseMs)
      rows.put(row.job, { ...row, expiresAt: now + leaseMs, graced: true });
  const leaseOf = ({ graced: _, ...lease }: Row): Lease => lease;
  const where = (fits: (row: Row) => boolean) => [...rows.rows()].filter(fits).map(leaseOf);
  return {
    grant: (lease, at) =>
      rows.put(lease.job, { ...lease, expiresAt: at + leaseMs, part: null, graced: false }),
    find: (job) => {
      const row = rows.get(job);
      return row ? leaseOf(row) : null;
    },
    beat: (job, fence, runner, part, at) => {
      const row = rows.get(job);
      if (row?.fence !== fence || row.runner !== runner) return false;
      rows.put(job, { ...row, expiresAt: at + leaseMs, graced: false, part });
      return true;
    },
    expired: (at) => where((row) => row.expiresAt <= at),
    ofRunner: (runner) => where((row) => row.runner === runner),
    keepOnly: (loop, held) => {
      for (const row of [...rows.rows()])
        if (row.loop === loop && !(row.job === held?.job && row.fence === held.fence)) rows.drop(row.job);
    },
    nextExpiry: () => {
      let next: number | null = null;
      for (const { expiresAt } of rows.rows()) if (next === null || expiresAt < next) next = expiresAt;
      return next;
    },
  };
}
