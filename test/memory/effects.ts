import type { StreamRef } from "@tamma/core/domain/loop/events.ts";
import type { PendingEffect, Store, WantedEffect } from "@tamma/core/ports/store.ts";
import type { DiskAccess } from "./disk.ts";

interface EffectRow extends PendingEffect {
  state: "pending" | "done" | "failed" | "void";
  note: string;
  /** Order of arrival. */
  row: number;
}

/** Tries of an effect that is performed again, as the SQLite rows have it. */
const triesAgainMax = 7;

/** What the present state wants from the world, in memory. Pending ones lie apart: there are few of them. */
export function memoryEffects(disk: DiskAccess, isHeld: (stream: string) => boolean) {
  const all = disk.table<EffectRow>("effects");
  const pending = disk.table<EffectRow>("effects pending");
  const counted = disk.table<number>("effects counted");
  const keyOf = (stream: StreamRef, key: string) => `${stream.id} ${key}`;

  function put(row: EffectRow): void {
    const key = keyOf(row.stream, row.key);
    all.put(key, row);
    if (row.state === "pending") pending.put(key, row);
    else pending.drop(key);
  }

  function want(stream: StreamRef, effects: readonly WantedEffect[], at: number): void {
    const wanted = new Set<string>();
    for (const effect of effects) {
      wanted.add(effect.key);
      const known = all.get(keyOf(stream, effect.key));
      const due = effect.notBefore ?? at;
      if (known?.state === "void") put({ ...known, state: "pending", due });
      if (known) continue;
      const row = (counted.get("rows") ?? 0) + 1;
      counted.put("rows", row);
      put({ stream, key: effect.key, effect, tries: 0, due, state: "pending", note: "", row });
    }
    for (const row of [...pending.rows()])
      if (row.stream.id === stream.id && !wanted.has(row.key)) put({ ...row, state: "void" });
  }

  const change = (stream: StreamRef, key: string, more: Partial<EffectRow>): void => {
    const row = pending.get(keyOf(stream, key));
    if (row) put({ ...row, ...more });
  };
  const settleEffect: Store["settleEffect"] = (stream, key, state, note) =>
    change(stream, key, { state, note });
  const postponeEffect: Store["postponeEffect"] = (stream, key, tries, due, note) =>
    change(stream, key, { tries, due, note });

  return {
    want,
    /** Nothing of this stream was ever wanted. */
    forget: (stream: string) => {
      for (const row of [...all.rows()])
        if (row.stream.id === stream) {
          all.drop(keyOf(row.stream, row.key));
          pending.drop(keyOf(row.stream, row.key));
        }
    },
    again: (stream: StreamRef, keys: readonly string[], at: number) => {
      for (const key of keys) {
        const row = all.get(keyOf(stream, key));
        const tries = Math.min((row?.tries ?? 0) + 1, triesAgainMax);
        if (row?.state === "done") put({ ...row, state: "pending", due: at, tries });
      }
    },
    dueEffects: (now: number): PendingEffect[] => {
      const due: EffectRow[] = [];
      for (const row of pending.rows()) if (row.due <= now && !isHeld(row.stream.id)) due.push(row);
      if (due.length > 1) due.sort((a, b) => a.due - b.due || a.row - b.row);
      return due;
    },
    settleEffect,
    postponeEffect,
    nextDue: (busy: ReadonlySet<string>): number | null => {
      let next: number | null = null;
      for (const { key, due, stream } of pending.rows())
        if (!busy.has(key) && (next === null || due < next) && !isHeld(stream.id)) next = due;
      return next;
    },
  };
}
