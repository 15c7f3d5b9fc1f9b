import { isKept, isPresent } from "./faults.ts";
import { type KillKind, killKinds } from "./kill.ts";
import type { Round } from "./round.ts";

type Row = Record<"kills" | "acknowledged" | "present" | "lost" | "doubled" | "unfinished", number>;
const columns = ["kills", "acknowledged", "present", "lost", "doubled", "unfinished"] as const;

/**
 * Per kind of kill: what had been promised (events shown, commands acknowledged) when it struck, since the
 * kill before, and what became of that. "none": promised after the last kill.
 */
export function tableOf(rounds: readonly Round[]): string {
  const rows = new Map<string, Row>();
  const rowOf = (kind: KillKind | "none"): Row => {
    const row = rows.get(kind) ?? {
      kills: 0,
      acknowledged: 0,
      present: 0,
      lost: 0,
      doubled: 0,
      unfinished: 0,
    };
    rows.set(kind, row);
    return row;
  };
  for (const kind of killKinds) rowOf(kind);
  for (const { kinds, after, faults } of rounds) {
    for (const kind of kinds) rowOf(kind).kills += 1;
    const kindAt = (kills: number) => kinds[kills] ?? "none";
    const promises = [
      ...after.shown.map((each) => ({ kills: each.kills, kept: isPresent(after, each) })),
      ...after.acknowledged.map((each) => ({ kills: each.kills, kept: isKept(after, each) })),
    ];
    for (const { kills, kept } of promises) {
      const row = rowOf(kindAt(kills));
      row.acknowledged += 1;
      row[kept ? "present" : "lost"] += 1;
    }
    for (const seq of after.forked) {
      const shown = after.shown.find(({ event }) => event.seq === seq);
      rowOf(kindAt(shown?.kills ?? 0)).doubled += 1;
    }
    // Any kill of the round may be to blame.
    if (faults.length > 0) for (const kind of new Set(kinds)) rowOf(kind).unfinished += 1;
  }
  const lines = [...rows].map(([kind, row]) => [kind, ...columns.map((column) => String(row[column]))]);
  return [["killed", ...columns], ...lines]
    .map((cells) => cells.map((cell, at) => (at === 0 ? cell.padEnd(8) : cell.padStart(13))).join(""))
    .join("\n");
}
