import type { PendingEffect } from "@tamma/core/ports/store.ts";
import { expect, test } from "vitest";
import { drainOf } from "./drain.ts";

const now = 1_000_000;
const safetyNetMs = 30_000;

function pending(count: number): PendingEffect[] {
  return Array.from({ length: count }, (_, n) => {
    const stream = { kind: "loop", id: "acme/calc/1#1" } as const;
    const key = `effect:${n}`;
    return { stream, key, due: now, tries: 0, effect: { key, kind: "sticky-comment" } };
  });
}

/** What a drain arms for while `count` effects are due and none of those that it began ends. */
async function armedWhileAllHang(count: number) {
  const all = pending(count);
  const armed: number[] = [];
  let begun = 0;
  const drain = drainOf(
    {
      store: {
        dueEffects: (until) => all.filter(({ due }) => due <= until),
        nextDue: (busy) => (all.every(({ key }) => busy.has(key)) ? null : now),
      },
      now: () => now,
      fireTimers: () => {},
      perform: () => {
        begun += 1;
        return new Promise<void>(() => {});
      },
      nextWake: () => null,
      setAlarm: (at) => void armed.push(at),
    },
    () => {},
  );
  drain.kick();
  for (let turn = 0; turn < 10; turn += 1) await null;
  drain.arm();
  return { begun, last: armed.at(-1) };
}

test("while no more effects fit beside those under way, none that waits rings the alarm", async () => {
  expect(await armedWhileAllHang(6)).toEqual({ begun: 6, last: now + safetyNetMs });
  expect(await armedWhileAllHang(7)).toEqual({ begun: 6, last: now + safetyNetMs });
});

test("an effect that waits for a place begins when one is free, without another write", async () => {
  let due = pending(7);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const drain = drainOf(
    {
      store: { dueEffects: () => due, nextDue: () => null },
      now: () => now,
      fireTimers: () => {},
      perform: ({ key }) => {
        begun.push(key);
        return new Promise<void>((resolve) => {
          ends.set(key, () => {
            due = due.filter((each) => each.key !== key);
            resolve();
          });
        });
      },
      nextWake: () => null,
      setAlarm: () => {},
    },
    () => {},
  );
  drain.kick();
  for (let turn = 0; turn < 10; turn += 1) await null;
  expect(begun).toHaveLength(6);
  ends.get("effect:0")?.();
  for (let turn = 0; turn < 10; turn += 1) await null;
  expect(begun.at(-1)).toBe("effect:6");
  for (const end of ends.values()) end();
  await drain.idle();
});
