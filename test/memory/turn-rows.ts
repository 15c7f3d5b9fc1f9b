import type { TurnRow, TurnRows } from "../../workers/orchestrator/turn-rows.ts";
import { turnSilentMs } from "../../workers/orchestrator/turn-rows.ts";
import type { DiskAccess } from "./disk.ts";

type Row = Omit<TurnRow, "deserted"> & { touchedAt: number; boot: string | null };

/** Turns in memory; see the rows in SQLite for what they mean. */
export function memoryTurnRows(disk: DiskAccess, boot: string | null): TurnRows {
  const rows = disk.table<Row>("turns");
  return {
    find: (turn, now) => {
      const row = rows.get(turn);
      if (!row) return null;
      const { touchedAt, boot: openedIn, ...rest } = row;
      const gone = touchedAt + turnSilentMs < now || (boot !== null && openedIn !== boot);
      return { ...rest, deserted: row.state === "open" && gone };
    },
    open: (row, now) => {
      if (rows.get(row.turn)) throw new Error(`turn ${row.turn} is there already`);
      rows.put(row.turn, { ...row, state: "open", answer: null, touchedAt: now, boot });
    },
    touch: (turn, now) => {
      const row = rows.get(turn);
      if (row?.state === "open") rows.put(turn, { ...row, touchedAt: now });
    },
    end: (turn, state, answer) => {
      const row = rows.get(turn);
      if (row?.state === "open") rows.put(turn, { ...row, state, answer });
    },
    forgetEnded: (loop) => {
      for (const row of [...rows.rows()]) if (row.loop === loop && row.state !== "open") rows.drop(row.turn);
    },
    leftOpen: () =>
      boot === null
        ? []
        : [...rows.rows()]
            .filter((row) => row.state === "open" && row.boot !== boot)
            .map(({ turn, loop, amount }) => ({ turn, loop, amount })),
  };
}
