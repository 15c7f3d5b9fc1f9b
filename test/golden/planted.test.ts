import { LoopEvent } from "@tamma/core/domain/loop/events.ts";
import { payloadToday, type Upcasts } from "@tamma/core/domain/upcast.ts";
import { expect, test } from "vitest";
import { z } from "zod";
import { keptHistories, neededVersion, readHistory } from "./kept.ts";
import { type Kind, loopKind } from "./kinds.ts";
import { readingProblems } from "./reading.ts";

/** What meets whoever changes the shape of an event: the changes are planted, the history is a kept one. */

const found = keptHistories().find((one) => one.name === "abandoned-by-expiry");
if (!found) throw new Error("the history that the changes are tried on is not kept");
const { path } = found;
const envelopes = readHistory(found);

/** The loop with another schema of `Reminded`, and these upcasts. */
function changed(reminded: z.ZodType, upcasts: Upcasts = []): Kind {
  const schema = z.looseObject({ type: z.string() });
  const read: Kind["read"] = (envelope) => {
    const event = { ...payloadToday(envelope, upcasts), type: envelope.type };
    return schema.parse(envelope.type === "Reminded" ? reminded.parse(event) : LoopEvent.parse(event));
  };
  return { ...loopKind, upcasts, read };
}

const type = z.literal("Reminded");
const renamed = z.object({ type, subject: z.string(), n: z.number() });

test("a field that was renamed is found, and it is said what to do", () => {
  const problems = readingProblems(changed(renamed), path, envelopes);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(`${path}: event 15, Reminded of version 1, can no longer be read`);
  expect(problems[0]).toContain("append to core/domain/loop/upcasts.ts");
  expect(problems[0]).toContain("which reads version 1 as version 2");
  expect(problems[0]).toContain("`npm run golden:record`");
});

test("an upcast mends it", () => {
  const upcasts: Upcasts = [{ Reminded: ({ about, ...rest }) => ({ ...rest, subject: about }) }];
  const kind = changed(renamed, upcasts);
  expect(readingProblems(kind, path, envelopes)).toEqual([]);
  // And a history of the new version is wanted beside the old one.
  expect([neededVersion(kind, envelopes), neededVersion(loopKind, envelopes)]).toEqual([2, 1]);
});

test.each([
  ["is gone", z.object({ type, about: z.string() }), /says \{"about":"plan","n":1\}, but is read as/],
  [
    "is made up where it is missing",
    z.object({ type, about: z.string(), n: z.number(), by: z.string().default("x") }),
    /read as/,
  ],
  ["has another type", z.object({ type, about: z.string(), n: z.string() }), /can no longer be read/],
  [
    "takes fewer values",
    z.object({ type, about: z.enum(["design"]), n: z.number() }),
    /can no longer be read/,
  ],
  [
    "is wanted and was never written",
    z.object({ type, about: z.string(), n: z.number(), by: z.string() }),
    /by/,
  ],
])("a field that %s is found too", (_what, reminded, words) => {
  const problems = readingProblems(changed(reminded), path, envelopes);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(words);
});

test("a field that may be there, or may not, is no change of the old shape", () => {
  const reminded = z.object({ type, about: z.string(), n: z.number(), by: z.string().optional() });
  expect(readingProblems(changed(reminded), path, envelopes)).toEqual([]);
});
