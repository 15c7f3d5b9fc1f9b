import { isDeepStrictEqual } from "node:util";
import type { Envelope } from "@tamma/core/domain/loop/events.ts";
import { todaysVersion } from "@tamma/core/domain/upcast.ts";
import type { Kind } from "./kinds.ts";

/**
 * Why today's code does not read these events as they were meant, type by type, in words for whoever changed
 * an event; empty when it does.
 */
export function readingProblems(kind: Kind, path: string, envelopes: readonly Envelope[]): string[] {
  const told = new Set<string>();
  return envelopes.flatMap((envelope) => {
    const problem = problemOf(kind, envelope);
    // The first event of a type says it for all of them.
    if (problem === null || told.has(envelope.type)) return [];
    told.add(envelope.type);
    return [`${path}: ${problem}\n${whatToDo(kind, envelope)}`];
  });
}

function problemOf(kind: Kind, envelope: Envelope): string | null {
  const { seq, type, version, payload } = envelope;
  const which = `event ${seq}, ${type} of version ${version},`;
  let event: { type: string };
  try {
    event = kind.read(envelope);
  } catch (thrown) {
    return `${which} can no longer be read: ${thrown instanceof Error ? thrown.message : thrown}`;
  }
  // A field that the schema does not name any more is dropped without a word.
  const asWritten = version === todaysVersion(kind.upcasts);
  if (!asWritten || isDeepStrictEqual({ ...event }, { ...payload, type })) return null;
  return `${which} says ${JSON.stringify(payload)}, but is read as ${JSON.stringify(event)}`;
}

function whatToDo(kind: Kind, { type, version }: Envelope): string {
  const next = todaysVersion(kind.upcasts) + 1;
  return [
    "An event on record never changes; whoever has it in a log must be able to read it tomorrow. To change",
    `the shape of ${type}: append to ${kind.upcastsFile}`,
    `  { ${type}: (payload) => ({ ...payload, what is new or named otherwise }) },`,
    `which reads version ${Math.max(version, next - 1)} as version ${next}. Leave this history as it is, and`,
    "run `npm run golden:record`: it records one of the new version beside it.",
    'CONTRIBUTING.md, "Changing an event", has the steps.',
  ].join("\n");
}
