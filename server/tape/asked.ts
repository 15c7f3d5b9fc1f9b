import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { canonicalJson } from "@tamma/core/domain/audit/canonical-json.ts";
import type { Exchange, Purpose } from "./cassette.ts";
import { valueWithoutVolatile } from "./volatile.ts";

/** A request as a tape knows it. */
export interface Asked {
  purpose: Purpose;
  method: string;
  path: string;
  prefix: string;
  fields: Exchange["asked"];
  /** Every part that `fields` names. */
  parts: Map<string, unknown>;
}

/** Fields that grow from turn to turn: Anthropic and OpenAI's chat, OpenAI's responses, Gemini. */
export const conversations = ["messages", "input", "contents"];
/** Where a cache may begin is a hint to the provider; it moves with the conversation and changes nothing. */
const hints = new Set(["cache_control"]);
/** Enough of a SHA-256 to tell the parts of one tape apart. */
const partIdChars = 16;

/** Reads a request: what differs from run to run is taken out, and `redact` takes out secrets. */
export function askedOf(
  request: { method: string; path: string; headers: IncomingHttpHeaders; body: string },
  redact: (text: string) => string,
): Asked {
  const { method, path, headers } = request;
  const parts = new Map<string, unknown>();
  const part = (value: unknown) => {
    const id = sha256(canonicalJson(value)).slice(0, partIdChars);
    parts.set(id, value);
    return id;
  };
  const fields: Exchange["asked"] = {};
  for (const [name, value] of Object.entries(bodyOf(redact(request.body)))) {
    const clean = valueWithoutVolatile(withoutHints(value));
    fields[name] = Array.isArray(clean) ? clean.map(part) : part(clean);
  }
  const stable = Object.entries(fields).filter(([name]) => !conversations.includes(name));
  const purpose = valueWithoutVolatile(purposeOf(headers)) as Purpose;
  return { purpose, method, path, prefix: sha256(canonicalJson(Object.fromEntries(stable))), fields, parts };
}

/** The fields of a JSON object; anything else is one field of its own. */
function bodyOf(text: string): Record<string, unknown> {
  if (text === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // Not JSON: compared as the text that it is.
  }
  return { body: text };
}

function withoutHints(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutHints);
  if (value === null || typeof value !== "object") return value;
  const members = Object.entries(value).filter(([name]) => !hints.has(name));
  return Object.fromEntries(members.map(([name, member]) => [name, withoutHints(member)]));
}

function purposeOf(headers: IncomingHttpHeaders): Purpose {
  const header = (name: string) => decoded(String(headers[`x-tamma-${name}`] ?? ""));
  const loop = header("loop");
  const turn = header("turn");
  return {
    issue: header("issue"),
    step: header("step"),
    attempt: header("attempt"),
    // A loop's id holds its repository's, which follows from the path.
    turn: loop !== "" && turn.startsWith(loop) ? turn.slice(loop.length) : turn,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
