import fc from "fast-check";
import { expect, test } from "vitest";
import { initialLoop } from "../loop/evolve.ts";
import { calmRecord, sealed } from "../loop/testing/envelopes.ts";
import { choices, someSettings, stride, walkSeed } from "../loop/testing/random-walk.ts";
import { drive, started } from "../loop/testing/scenario.ts";
import { stateAt } from "./replay.ts";

const { envelopes, loop } = calmRecord();
const last = envelopes.length;

test("after the last event the loop is as it is now", () => {
  expect(stateAt(envelopes, { seq: last })).toEqual(loop);
  expect(stateAt(envelopes, { seq: last + 100 })).toEqual(loop);
  expect(stateAt(envelopes, { time: Number.MAX_SAFE_INTEGER })).toEqual(loop);
});

test("before the first event it has not started", () => {
  expect(stateAt(envelopes, { seq: 0 })).toEqual(initialLoop);
  expect(stateAt(envelopes, { time: 0 })).toEqual(initialLoop);
  expect(stateAt([], { seq: 5 })).toEqual(initialLoop);
});

test("a time includes the events of that very millisecond", () => {
  const chosen = envelopes.find((one) => one.type === "OptionChosen");
  const at = chosen?.at ?? 0;
  const before = stateAt(envelopes, { time: at - 1 });
  const after = stateAt(envelopes, { time: at });
  expect(before).toMatchObject({ step: "design", facts: { option: null } });
  expect(after).toMatchObject({ step: "open", facts: { option: "1" } });
});

test("at the end of every command it is the state that was stored then", () => {
  fc.assert(
    fc.property(someSettings, choices(40), (settings, picks) => {
      const strides = stride(settings, picks);
      const batches = strides.map(({ events, after }) => ({
        events,
        at: after.state === "not-started" ? 0 : after.facts.now,
      }));
      const record = sealed(batches);
      let seq = 0;
      for (const { events, after } of strides) {
        seq += events.length;
        expect(stateAt(record, { seq })).toEqual(after);
      }
    }),
    { seed: walkSeed, numRuns: 12 },
  );
});

test("an event that nobody knows is not guessed at", () => {
  const [first] = envelopes;
  if (!first) throw new Error("no events");
  expect(() => stateAt([{ ...first, type: "IssueBlessed" }], { seq: 1 })).toThrow();
});

test("a record that is read up to a step shows that step", () => {
  const entered = envelopes.findLast((one) => one.type === "StepEntered" && one.payload.step === "ci");
  const then = stateAt(envelopes, { seq: entered?.seq ?? 0 });
  expect(then).toMatchObject({ state: "active", step: "ci" });
  expect(drive(started(), (one) => one.state === "ended")).toMatchObject({ outcome: "merged" });
});
