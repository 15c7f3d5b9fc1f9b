import { expect, test } from "vitest";
import { memoryStore } from "../../test/contracts/memory-store.ts";
import { verifyChain } from "../domain/audit/chain.ts";
import { type RecordedCommand, rerun } from "../domain/audit/rerun.ts";
import type { LoopCommand } from "../domain/loop/commands.ts";
import { decide } from "../domain/loop/decide.ts";
import type { LoopEvent } from "../domain/loop/events.ts";
import { evolve, initialLoop } from "../domain/loop/evolve.ts";
import { react } from "../domain/loop/react.ts";
import type { Loop } from "../domain/loop/state.ts";
import { person, startLoop } from "../domain/loop/testing/samples.ts";
import { sha256 } from "../domain/loop/testing/scenario.ts";
import { upcast } from "../domain/loop/upcast.ts";
import { VersionConflict } from "../ports/store.ts";
import { type FoldCache, foldUpTo, type Host, handle, load } from "./handle.ts";
import type { Machine } from "./machine.ts";

const machine: Machine<LoopCommand, LoopEvent, Loop> = {
  initial: initialLoop,
  version: 1,
  decide,
  evolve,
  react,
  upcast,
  stepOf: (loop) => (loop.state === "not-started" ? null : loop.step),
};
const stream = { kind: "loop", id: "local/calc/7#1" } as const;

function world() {
  let now = 1_000;
  const host: Host = {
    store: memoryStore(),
    clock: { now: () => now },
    chance: { bytes: (count) => new Uint8Array(count), fraction: () => 0 },
    sha256,
  };
  const cache: FoldCache<Loop> = new Map();
  const send = (command: LoopCommand, commandId: string) =>
    handle(machine, host, cache, { stream, command, commandId, actor: person(), correlationId: stream.id });
  return { host, cache, send, at: (time: number) => (now = time) };
}

const cancel: LoopCommand = { type: "CancelLoop", by: person(), reason: "enough" };

test("a command's events, effects and answer are there together, chained and folded", () => {
  const { host, send } = world();
  const { answer, events, state } = send(startLoop(), "start");
  const envelopes = host.store.read(stream, 0, 100);
  expect(envelopes.map((envelope) => envelope.type)).toEqual(events.map((event) => event.type));
  expect(answer).toEqual({ seq: events.length, changed: true });
  expect(verifyChain(envelopes, sha256)).toMatchObject({ ok: true, events: events.length });
  const due = host.store.dueEffects(1_000).map((pending) => pending.key);
  expect(due).toEqual(react(state).effects.map((effect) => effect.key));
});

test("a repeated command changes nothing and gets the same answer", () => {
  const { host, send } = world();
  send(startLoop(), "start");
  const first = send(cancel, "cancel");
  const again = send(cancel, "cancel");
  expect(again).toMatchObject({ answer: first.answer, repeated: true, events: [] });
  expect(host.store.head(stream).seq).toBe(first.answer.seq);
});

test("a refused command writes nothing, and its id can be used again", () => {
  const { host, send } = world();
  expect(() => send(cancel, "cancel")).toThrow("not started");
  expect(host.store.head(stream).seq).toBe(0);
  send(startLoop(), "start");
  expect(send(cancel, "cancel").repeated).toBe(false);
});

test("effects are wanted from the state after the whole batch, never from the states within it", () => {
  const { host, send } = world();
  send(startLoop(), "start");
  const { events, state } = send(cancel, "cancel");
  const keys = new Set(host.store.dueEffects(2_000).map((pending) => pending.key));
  expect(events.length).toBeGreaterThan(0);
  expect(keys).toEqual(new Set(react(state).effects.map((effect) => effect.key)));
});

test("whatever was kept in memory, the folded log gives the same state", () => {
  const { host, send, cache } = world();
  send(startLoop(), "start");
  const { state } = send(cancel, "cancel");
  cache.clear();
  expect(load(machine, host.store, cache, stream).state).toEqual(state);
  expect(foldUpTo(machine, host.store, stream, 1).seq).toBe(1);
});

test("an append that was overtaken is refused, and the next one sees what overtook it", () => {
  const { host, send, cache } = world();
  send(startLoop(), "start");
  const stale = new Map(cache);
  send({ type: "ReportClaimed" }, "claimed");
  for (const [id, folded] of stale) cache.set(id, folded);
  expect(() => send(cancel, "late")).toThrow(VersionConflict);
  expect(send(cancel, "late").state.state).toBe("ended");
  expect(verifyChain(host.store.read(stream, 0, 100), sha256).ok).toBe(true);
});

test("a clock that jumps back makes no event older than the one before it", () => {
  const { host, send, at } = world();
  at(5_000);
  send(startLoop(), "start");
  at(2_000);
  send(cancel, "cancel");
  expect(host.store.read(stream, 0, 100).at(-1)?.at).toBe(5_000);
});

test("what was accepted can be decided again from the store alone, and gives the same events", () => {
  const { host, send, at } = world();
  send(startLoop(), "start");
  at(500);
  send(cancel, "cancel");
  send(cancel, "cancel");
  const envelopes = host.store.read(stream, 0, 100);
  const commands = host.store.commands(stream) as RecordedCommand[];
  expect(commands.map((command) => command.id)).toEqual(["start", "cancel"]);
  const report = rerun({ envelopes, commands }, sha256);
  expect(report).toMatchObject({ same: true, commands: 2, events: envelopes.length, taken: 0 });
});
