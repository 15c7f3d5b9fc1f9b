import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import type { DueTimer, WantedTimer } from "@tamma/core/ports/store.ts";
import type { DiskAccess } from "./disk.ts";

type TimerRow = DueTimer & { fired: boolean };

/** When the present state wants to be woken, in memory. */
export function memoryTimers(disk: DiskAccess, isHeld: (stream: string) => boolean) {
  const rows = disk.table<TimerRow>("timers");
  const keyOf = (stream: StreamRef, key: string) => `${stream.id} ${key}`;

  function want(stream: StreamRef, timers: readonly WantedTimer[]): void {
    const wanted = new Set<string>();
    for (const { key, timer, due } of timers) {
      wanted.add(key);
      const name = keyOf(stream, key);
      if (rows.get(name)?.due !== due) rows.put(name, { stream, key, timer, due, fired: false });
    }
    for (const row of [...rows.rows()])
      if (row.stream.id === stream.id && !wanted.has(row.key)) rows.drop(keyOf(stream, row.key));
  }

  return {
    want,
    dueTimers: (now: number): DueTimer[] => {
      const due: TimerRow[] = [];
      for (const row of rows.rows())
        if (!row.fired && row.due <= now && !isHeld(row.stream.id)) due.push(row);
      if (due.length > 1) due.sort((a, b) => a.due - b.due);
      return due.map(({ fired: _, ...timer }) => timer);
    },
    markFired: (stream: StreamRef, key: string) => {
      const row = rows.get(keyOf(stream, key));
      if (row) rows.put(keyOf(stream, key), { ...row, fired: true });
    },
    nextDue: (): number | null => {
      let next: number | null = null;
      for (const { fired, due, stream } of rows.rows())
        if (!fired && (next === null || due < next) && !isHeld(stream.id)) next = due;
      return next;
    },
  };
}
