import type { SealedRow } from "../../workers/orchestrator/event-row.ts";
import { CopyConflict, type LogCopy } from "../../workers/orchestrator/log-copy.ts";

/** The copy of all logs in memory, with the same refusals as the triggers of D1. */
export interface MemoryCopy extends LogCopy {
  /** How many events of a stream are there, without asking over a line that may be down. */
  size(stream: string): number;
}

export function memoryCopy(): MemoryCopy {
  const streams = new Map<string, SealedRow[]>();

  /** Throws as the triggers do; adds nothing. */
  function check(row: SealedRow, rows: readonly SealedRow[]): "new" | "known" {
    const known = rows[row.seq - 1];
    if (known && known.hash !== row.hash) throw new CopyConflict("fork, another event has this number");
    if (row.seq > rows.length + 1) throw new CopyConflict("gap, the event before this one is missing");
    if (row.seq > 1 && rows[row.seq - 2]?.hash !== row.prev_hash)
      throw new CopyConflict("fork, the event before this one is another");
    return known ? "known" : "new";
  }

  return {
    append: async (added) => {
      const after = new Map<string, SealedRow[]>();
      for (const row of added) {
        const rows = after.get(row.stream) ?? [...(streams.get(row.stream) ?? [])];
        if (check(row, rows) === "new") rows.push(row);
        after.set(row.stream, rows);
      }
      for (const [stream, rows] of after) streams.set(stream, rows);
    },
    heads: async ({ from, below }) =>
      [...streams.entries()].flatMap(([stream, rows]) => {
        const last = rows.at(-1);
        if (!last || stream < from || stream >= below) return [];
        return [{ stream: { id: stream, kind: last.kind }, seq: last.seq, hash: last.hash }];
      }),
    hashAt: async (stream, seq) => streams.get(stream)?.[seq - 1]?.hash ?? null,
    rows: async (stream) => [...(streams.get(stream) ?? [])],
    streams: async () =>
      [...streams.entries()]
        .map(([id, rows]) => ({ id, kind: rows[0]?.kind ?? ("loop" as const) }))
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
    size: (stream) => streams.get(stream)?.length ?? 0,
  };
}
