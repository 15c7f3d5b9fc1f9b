import { describe, expect, test } from "vitest";
import { eventLine } from "../projections/event-line.ts";
import { codeEntries } from "./catalogue/code.ts";
import { controlEntries } from "./catalogue/control.ts";
import { peopleEntries } from "./catalogue/people.ts";
import { workItemEntries } from "./catalogue/work-item.ts";
import { eventCatalogue } from "./catalogue.ts";
import { commandCatalogue } from "./command-catalogue.ts";
import { Envelope, LoopEvent, loopEventVersion } from "./events.ts";
import { answers } from "./testing/answers.ts";
import { sealed } from "./testing/envelopes.ts";
import { wild } from "./testing/random-walk.ts";
import { started } from "./testing/scenario.ts";
import { upcast } from "./upcast.ts";

const types = LoopEvent.options.map((option) => option.shape.type.value);
const entries = Object.entries(eventCatalogue);

test("every event of the union has exactly one entry, and every entry an event", () => {
  const families = [workItemEntries, peopleEntries, codeEntries, controlEntries];
  const named = families.flatMap((family) => Object.keys(family));
  expect(named.toSorted()).toEqual(types.toSorted());
  expect(new Set(named).size).toBe(named.length);
});

describe.each(entries)("%s", (type, { says, example }) => {
  test("says in one sentence what it means", () => {
    expect(says).toMatch(/^[A-Z].{10,120}\.$/);
    expect(says.match(/\.(\s|$)/g)).toHaveLength(1);
  });

  test("has an example that its schema takes, and nothing more than that", () => {
    expect(example.type).toBe(type);
    expect(LoopEvent.parse(example)).toEqual(example);
  });

  test("survives being put on record and read again", () => {
    const [envelope] = sealed([{ events: [example], at: 1 }]);
    const disk = Envelope.parse(JSON.parse(JSON.stringify(envelope)));
    expect(disk.version).toBe(loopEventVersion);
    expect(upcast(disk)).toEqual(example);
  });

  test("has a line for people", () => {
    const line = eventLine(example);
    expect(line.length).toBeGreaterThan(3);
    expect(line).not.toMatch(/undefined|\[object|NaN/);
  });
});

test("an event of a type or shape that nobody knows is not read", () => {
  expect(() => upcast({ type: "Blessed", version: 1, payload: {} })).toThrow();
  expect(() => upcast({ type: "Reminded", version: 1, payload: { about: 7 } })).toThrow();
});

test("every command says in one sentence what it wants, and who sends it", () => {
  for (const [type, { says, from }] of Object.entries(commandCatalogue)) {
    expect([type, says]).toEqual([type, expect.stringMatching(/^[A-Z].{10,110}\.$/)]);
    expect([type, from.length > 0]).toEqual([type, true]);
  }
});

test("what the world may say is in the catalogue of commands", () => {
  for (const { command } of answers(started(), wild)) expect(commandCatalogue).toHaveProperty(command.type);
});
