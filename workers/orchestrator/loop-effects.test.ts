import type { Effect } from "@tamma/core/domain/loop/effects.ts";
import { calmRecord } from "@tamma/core/domain/loop/testing/envelopes.ts";
import { effectTriesMax } from "@tamma/core/engine/backoff.ts";
import type { LoopPorts } from "@tamma/core/engine/perform.ts";
import { expect, test } from "vitest";
import { Disk } from "../../test/memory/disk.ts";
import { memoryObjectStore } from "../../test/memory/store.ts";
import { logTo } from "./log.ts";
import type { LoopCore } from "./loop-core.ts";
import { loopEffects } from "./loop-effects.ts";
import type { ObjectHost } from "./object-host.ts";

const stream = { kind: "loop", id: "local/calc/7#1" } as const;

/** Performs `effect`, which nobody answers, until its tries are used up; how many are still pending? */
async function pendingAfterAll(effect: Effect): Promise<number> {
  logTo(() => {});
  const store = memoryObjectStore(new Disk());
  store.want(stream, { effects: [effect], timers: [] }, 0);
  const clock = { now: () => 0 };
  const chance = { fraction: () => 0, bytes: () => new Uint8Array() };
  const host = { store, clock, chance, redact: (text: string) => text } as unknown as ObjectHost;
  const { loop } = calmRecord();
  const core = {
    state: () => ({ seq: 1, state: loop }),
    together: (work: () => unknown) => work(),
    tell: () => {},
  } as unknown as LoopCore;
  const silent = new Proxy({}, { get: () => () => Promise.reject(new Error("no answer")) });
  const ports = {
    platform: async () => ({ issues: silent, codeHost: silent, ci: silent }),
    coordinator: silent,
  };
  const effects = loopEffects(host, core, { loseExpired: () => {} }, () => ports as unknown as LoopPorts);
  for (let tries = 0; tries <= effectTriesMax; tries += 1)
    for (const pending of store.dueEffects(Number.POSITIVE_INFINITY)) await effects.perform(pending);
  return store.dueEffects(Number.POSITIVE_INFINITY).length;
}

test("a slot and a merge turn are given back however often that fails: others wait for them", async () => {
  expect(await pendingAfterAll({ kind: "release-slot", key: "release-slot:end", reason: "merged" })).toBe(1);
  const turn = { kind: "release-merge-turn", key: "release-merge-turn:1", turn: "m1" } as const;
  expect(await pendingAfterAll(turn)).toBe(1);
});

test("a comment that cannot be posted is skipped after its tries", async () => {
  expect(await pendingAfterAll({ kind: "close-issue", key: "close-issue" })).toBe(0);
});
