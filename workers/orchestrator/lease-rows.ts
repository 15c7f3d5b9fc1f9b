import { leaseMs } from "@tamma/core/domain/policy/limits.ts";
import { soonestOf } from "./soonest.ts";

export const leaseTables = `CREATE TABLE leases (
  job TEXT PRIMARY KEY, loop TEXT NOT NULL, fence INTEGER NOT NULL, runner TEXT NOT NULL,
  expires_at INTEGER NOT NULL, graced INTEGER NOT NULL, part TEXT)`;

/** Which process of the runner holds it; null for runners that do not say. */
export const leaseInstances = "ALTER TABLE leases ADD COLUMN instance TEXT";

/** A runner, and which of its processes: one key may serve in several. */
export interface Holder {
  runner: string;
  instance: string | null;
}

/** Whether it is one and the same process; who does not name its process is never known again. */
export function sameHolder(one: Holder, other: Holder): boolean {
  return one.runner === other.runner && one.instance !== null && one.instance === other.instance;
}

export interface Lease extends Holder {
  job: string;
  loop: string;
  fence: number;
  expiresAt: number;
  /** What the runner said it was at, with its last heartbeat; null when it said nothing. */
  part: string | null;
}

/** Who holds which job until when. Heartbeats move a row; they are no events. */
export interface LeaseRows {
  grant(lease: Omit<Lease, "expiresAt" | "part">, now: number): void;
  find(job: string): Lease | null;
  /** Prolongs the lease; false when it is not held with this fence by this runner. */
  beat(job: string, fence: number, runner: string, part: string | null, now: number): boolean;
  expired(now: number): Lease[];
  ofRunner(runner: string): Lease[];
  /** Ends every lease of the loop but this one. */
  keepOnly(loop: string, held: { job: string; fence: number } | null): void;
  nextExpiry(): number | null;
}

type LeaseRow = {
  job: string;
  loop: string;
  fence: number;
  runner: string;
  instance: string | null;
  expires_at: number;
  part: string | null;
};

export function leaseRows(sql: SqlStorage, now: number): LeaseRows {
  // While this object was down no heartbeat could arrive: a runner that is alive gets the chance to say so,
  // once.
  sql.exec(
    "UPDATE leases SET expires_at = ?, graced = 1 WHERE graced = 0 AND expires_at < ?",
    now + leaseMs,
    now + leaseMs,
  );
  const soonest = soonestOf();
  const nextExpiry = () =>
    sql.exec<{ at: number | null }>("SELECT min(expires_at) AS at FROM leases").one().at;
  const leaseOf = ({ expires_at: expiresAt, ...row }: LeaseRow): Lease => ({ ...row, expiresAt });
  const select = (where: string, ...bindings: (string | number)[]) =>
    sql
      .exec<LeaseRow>(
        `SELECT job, loop, fence, runner, instance, expires_at, part FROM leases WHERE ${where}`,
        ...bindings,
      )
      .toArray()
      .map(leaseOf);
  return {
    grant: ({ job, loop, fence, runner, instance }, at) => {
      soonest.add(at + leaseMs);
      sql.exec(
        `INSERT OR REPLACE INTO leases (job, loop, fence, runner, instance, expires_at, graced, part)
         VALUES (?, ?, ?, ?, ?, ?, 0, NULL)`,
        ...[job, loop, fence, runner, instance, at + leaseMs],
      );
    },
    find: (job) => select("job = ?", job)[0] ?? null,
    beat: (job, fence, runner, part, at) =>
      sql
        .exec(
          `UPDATE leases SET expires_at = ?, graced = 0, part = ?
           WHERE job = ? AND fence = ? AND runner = ? RETURNING job`,
          at + leaseMs,
          part,
          job,
          fence,
          runner,
        )
        .toArray().length > 0,
    expired: (at) => {
      if (soonest.nothingAt(at)) return [];
      const expired = select("expires_at <= ?", at);
      if (expired.length === 0) soonest.is(nextExpiry());
      return expired;
    },
    ofRunner: (runner) => select("runner = ?", runner),
    keepOnly: (loop, held) => {
      sql.exec(
        "DELETE FROM leases WHERE loop = ? AND NOT (job = ? AND fence = ?)",
        loop,
        held?.job ?? "",
        held?.fence ?? 0,
      );
    },
    nextExpiry,
  };
}
