import { readFileSync } from "node:fs";
import { z } from "zod";

/** Raised when a cassette of before can no longer be read as it is. */
export const tapeVersion = 1;

/** The first line. */
const Head = z.strictObject({
  kind: z.literal("tape"),
  version: z.literal(tapeVersion),
  /** Who wrote it, and when. */
  by: z.string(),
  made: z.iso.datetime(),
});

/** A value that requests consist of, written once: conversations grow, and repeat all that was said. */
const Part = z.strictObject({ kind: z.literal("part"), id: z.string(), value: z.unknown() });

/**
 * Where answers come from. `recorded` is said only of what a model gave; `scripted` answers were written
 * by people.
 */
export const Provenance = z.enum(["recorded", "scripted"]);

/** What a request was for (`x-tamma-*`), without what differs from run to run. Empty where no header came. */
export const Purpose = z.strictObject({
  issue: z.string(),
  step: z.string(),
  attempt: z.string(),
  turn: z.string(),
});

/** A piece of an answer's body as it came: text, or base64 where a cut went through a letter. */
const Chunk = z.union([z.string(), z.strictObject({ base64: z.string() })]);

/** One request and its answer. */
const Exchange = z.strictObject({
  kind: z.literal("exchange"),
  answers: Provenance,
  purpose: Purpose,
  method: z.string(),
  path: z.string(),
  /** SHA-256 of all of the request but the conversation: model, tools, system prompt with its version. */
  prefix: z.string(),
  /** The request's body by its fields, each as the id of a part, or of one part an item. */
  asked: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  /** Null: the provider gave no answer at all. */
  status: z.number().int().nullable(),
  headers: z.record(z.string(), z.string()),
  body: z.array(Chunk),
  /** `cut`: the connection broke before the body's end. */
  ended: z.enum(["whole", "cut"]),
});

export const TapeLine = z.discriminatedUnion("kind", [Head, Part, Exchange]);

export type Purpose = z.infer<typeof Purpose>;
export type Provenance = z.infer<typeof Provenance>;
export type Chunk = z.infer<typeof Chunk>;
export type Exchange = z.infer<typeof Exchange>;
export type TapeLine = z.infer<typeof TapeLine>;

export interface Cassette {
  exchanges: Exchange[];
  parts: Map<string, unknown>;
}

/** The file is no cassette that can be read; the message names the line. */
export class BadCassette extends Error {
  override readonly name = "BadCassette";
}

/** @throws BadCassette */
export function readCassette(file: string): Cassette {
  const cassette: Cassette = { exchanges: [], parts: new Map() };
  const lines = textOf(file).split("\n");
  const noTape = `${file} is no tape: its first line names none; record one with \`tamma tape record\``;
  if (lines[0]?.trim() === "") throw new BadCassette(noTape);
  for (const [index, text] of lines.entries()) {
    if (text.trim() === "") continue;
    const line = parseLine(text);
    if (typeof line === "string") throw new BadCassette(`${file} line ${index + 1}: ${line}`);
    if (index === 0 && line.kind !== "tape") throw new BadCassette(noTape);
    if (line.kind === "part") cassette.parts.set(line.id, line.value);
    if (line.kind !== "exchange") continue;
    const missing = Object.values(line.asked)
      .flat()
      .find((id) => !cassette.parts.has(id));
    if (missing !== undefined) throw new BadCassette(`${file} line ${index + 1}: part ${missing} is missing`);
    cassette.exchanges.push(line);
  }
  return cassette;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new BadCassette(`the tape ${file} cannot be read: ${(error as Error).message}`);
  }
}

/** The line, or what is wrong with it. */
function parseLine(text: string): TapeLine | string {
  try {
    const parsed = TapeLine.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : z.prettifyError(parsed.error);
  } catch {
    return "it is not JSON; was the file cut off?";
  }
}

/** Valid UTF-8 stays readable. */
export function chunkOf(bytes: Uint8Array): Chunk {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { base64: Buffer.from(bytes).toString("base64") };
  }
}

export function bytesOf(chunk: Chunk): Buffer {
  return typeof chunk === "string" ? Buffer.from(chunk, "utf8") : Buffer.from(chunk.base64, "base64");
}
