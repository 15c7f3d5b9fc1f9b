import fc from "fast-check";
import { expect, test } from "vitest";
import { choices, someSettings, stride, walkSeed } from "../loop/testing/random-walk.ts";
import { recordOf } from "../loop/testing/record.ts";
import { sha256 } from "../loop/testing/scenario.ts";
import { type RecordedCommand, rerun } from "./rerun.ts";

/** Good answers only: from the start to the merge. */
const calm = recordOf(stride({}, Array<number>(60).fill(0)));
const { envelopes, commands } = calm;
const last = envelopes.length;

const without = (...gone: number[]): RecordedCommand[] =>
  commands.map((one, index) => (gone.includes(index) ? { ...one, said: null } : one));

test("a loop that went well gives the same events again, without touching anything", () => {
  const report = rerun(calm, sha256);
  expect(report).toMatchObject({ same: true, events: last, commands: commands.length, taken: 0 });
  expect(report.effects).toBeGreaterThan(20);
  expect(envelopes.at(-1)?.type).toBe("Merged");
});

test("every walk through the rules, with whatever trouble, gives the same events again", () => {
  fc.assert(
    fc.property(someSettings, choices(60), (settings, picks) => {
      const record = recordOf(stride(settings, picks));
      expect(rerun(record, sha256)).toMatchObject({ same: true, events: record.envelopes.length, taken: 0 });
    }),
    { seed: walkSeed, numRuns: 40 },
  );
});

test("from any event on the same events are given again; those before it are taken as they stand", () => {
  for (const from of [10, Math.floor(last / 2), last]) {
    const report = rerun(calm, sha256, from);
    expect(report).toMatchObject({ same: true, from, taken: 0 });
    expect(report.events).toBeGreaterThanOrEqual(last - from + 1);
    expect(report.events).toBeLessThan(last);
  }
});

test("an event that is not what the rules give is named by number, field and both values", () => {
  const at = envelopes.findIndex((one) => one.type === "AmbiguityScored");
  const changed = envelopes.map((one, index) =>
    index === at ? { ...one, payload: { ...one.payload, complexity: 99 } } : one,
  );
  const { same, difference } = rerun({ envelopes: changed, commands }, sha256);
  expect(same).toBe(false);
  expect(difference).toMatchObject({ seq: at + 1, commandType: "ReportPlan", field: "/event/complexity" });
  expect(difference).toMatchObject({ recorded: 99, now: expect.any(Number) });
});

test("a command that says something else than what was decided on is found at its first event", () => {
  const at = commands.findIndex((one) => one.said?.command.type === "ReportPullRequestOpened");
  const lying = commands.map((one, index) =>
    index === at && one.said?.command.type === "ReportPullRequestOpened"
      ? { ...one, said: { ...one.said, command: { ...one.said.command, number: 4711 } } }
      : one,
  );
  expect(rerun({ envelopes, commands: lying }, sha256).difference).toMatchObject({
    command: commands[at]?.id,
    field: "/event/number",
    now: 4711,
  });
});

test("an event too many, an event too few and another time or sender are differences", () => {
  const [first] = commands;
  if (!first) throw new Error("no command");
  const cut = { envelopes: envelopes.slice(0, first.seq - 1), commands: [first] };
  expect(rerun(cut, sha256).difference).toMatchObject({ seq: first.seq, recorded: null, field: "" });
  const grown = { envelopes, commands: [{ ...first, seq: first.seq + 1 }] };
  const more = grown.envelopes.map((one, index) =>
    index === first.seq ? { ...one, causationId: first.id } : one,
  );
  expect(rerun({ ...grown, envelopes: more }, sha256).difference).toMatchObject({
    seq: first.seq + 1,
    now: null,
  });
  const late = envelopes.map((one) => ({ ...one, at: one.at + 1 }));
  expect(rerun({ envelopes: late, commands }, sha256).difference).toMatchObject({ field: "/at" });
  const other = envelopes.map((one) => ({ ...one, actor: { kind: "system" as const, id: "someone" } }));
  expect(rerun({ envelopes: other, commands }, sha256).difference).toMatchObject({ field: "/actor/id" });
});

test("a command that the rules refuse today is a difference, not a crash", () => {
  const twice = commands.slice(0, 1).flatMap((one) => [one, { ...one, id: "again" }]);
  expect(rerun({ envelopes, commands: twice }, sha256).difference).toMatchObject({
    command: "again",
    now: expect.stringContaining("refused: already-started"),
  });
});

test("commands that are not on record are counted, and the rest is given again all the same", () => {
  const gone = rerun({ envelopes, commands: without(2, 5) }, sha256);
  expect(gone.same).toBe(true);
  expect(gone.taken).toBeGreaterThan(0);
  expect(gone.taken + gone.events).toBe(last);
  // A log that was rebuilt from its copy has no commands at all.
  expect(rerun({ envelopes, commands: [] }, sha256)).toMatchObject({ same: true, taken: last, commands: 0 });
  expect(rerun({ envelopes, commands: commands.slice(10) }, sha256)).toMatchObject({ same: true });
});
