import type { Machine } from "@tamma/core/engine/machine.ts";
import { expect, test } from "vitest";
import { Disk } from "../../test/memory/disk.ts";
import { memoryObjectStore } from "../../test/memory/store.ts";
import type { ObjectHost } from "./object-host.ts";
import { shellOf } from "./shell.ts";

interface Counted {
  type: "Counted";
}

const counting: Machine<Counted, Counted, number> = {
  initial: 0,
  version: 1,
  decide: (command) => [command],
  evolve: (count) => count + 1,
  react: () => ({ effects: [], timers: [] }),
  upcast: () => ({ type: "Counted" }),
  stepOf: () => null,
};

const stream = { kind: "loop", id: "local/calc/7#1" } as const;
const actor = { kind: "system", id: "tamma" } as const;

function counted() {
  const disk = new Disk();
  const store = memoryObjectStore(disk);
  const chance = { fraction: () => 0, bytes: (length: number) => new Uint8Array(length) };
  const host = { store, clock: { now: () => 0 }, chance, sha256: () => "0".repeat(64) };
  const shell = shellOf(counting, host as unknown as ObjectHost);
  const count = (commandId: string) =>
    shell.handle({ stream, command: { type: "Counted" }, commandId, actor, correlationId: null });
  return { disk, store, shell, count };
}

const full = () => {
  throw new Error("disk is full");
};

test("what a disk refused at the end of a transaction is not remembered", () => {
  const { disk, store, shell, count } = counted();
  count("a");
  // Full only when all is written: between the last row and the end.
  const fillsUp = () => {
    count("b");
    disk.refuse = full;
  };
  expect(() => shell.together(fillsUp)).toThrow("disk is full");
  expect([shell.load(stream).state, store.head(stream).seq]).toEqual([1, 1]);
});

test("nor is what was folded anew in a transaction that somebody else began", () => {
  const { disk, store, shell, count } = counted();
  count("a");
  const fillsUp = () => {
    count("b");
    expect(shell.refold(stream)).toBe(2);
    disk.refuse = full;
  };
  expect(() => store.transaction(fillsUp)).toThrow("disk is full");
  disk.refuse = () => {};
  expect(shell.load(stream)).toEqual({ seq: 1, state: 1 });
  count("c");
  expect(shell.load(stream)).toEqual({ seq: 2, state: 2 });
});
