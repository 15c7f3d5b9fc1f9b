import type { Context } from "hono";
import type { z } from "zod";
import type { AppEnv } from "./bindings.ts";
import { HttpProblem } from "./problem.ts";

/** Decisions, comments and the like: texts of at most 60,000 characters, four bytes each at worst. */
export const jsonBytesMax = 512 * 1024;
/** An issue's text may have a million characters (core/protocol/rest.ts), escaped or in four bytes each. */
export const issueBytesMax = 6 * 1024 * 1024;

/**
 * The raw body, at most `bytesMax` long. The declared length is looked at first, then every chunk is counted,
 * because a declared length may be absent or a lie.
 */
export async function readBytes(c: Context<AppEnv>, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () =>
    new HttpProblem(
      413,
      "body-too-large",
      `The body is larger than ${bytesMax} bytes.`,
      "Send less at once.",
    );
  if (Number(c.req.header("content-length") ?? 0) > bytesMax) throw tooLarge();
  const body = c.req.raw.body;
  if (body === null) return new Uint8Array(0);
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > bytesMax) {
      await reader.cancel();
      throw tooLarge();
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/**
 * A JSON body as `schema` wants it. An empty body is read as `{}`, so that a command without input needs
 * none.
 */
export async function readJson<S extends z.ZodType>(
  c: Context<AppEnv>,
  schema: S,
  bytesMax = jsonBytesMax,
): Promise<z.infer<S>> {
  const bytes = await readBytes(c, bytesMax);
  if (bytes.byteLength > 0) expectType(c, "application/json");
  let value: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
    value = text.trim() === "" ? {} : JSON.parse(text);
  } catch {
    throw new HttpProblem(400, "bad-json", "The body is not JSON in UTF-8.", "Send one JSON object.");
  }
  return parseInput(schema, value);
}

/** A form as browsers post it, decoded. Line ends are made `\n`; of a repeated field the last one counts. */
export async function readForm(c: Context<AppEnv>, bytesMax = jsonBytesMax): Promise<Record<string, string>> {
  const bytes = await readBytes(c, bytesMax);
  expectType(c, "application/x-www-form-urlencoded");
  const fields = new URLSearchParams(new TextDecoder().decode(bytes));
  const form: Record<string, string> = Object.create(null);
  for (const [name, value] of fields) form[name] = value.replaceAll("\r\n", "\n");
  return form;
}

/** `value` as `schema` wants it; otherwise a 422 that names the field and what is wrong with it. */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`)
    .join("; ");
  throw new HttpProblem(
    422,
    "bad-input",
    `The input does not fit: ${wrong}.`,
    "Correct these fields and send it again.",
  );
}

/** @throws HttpProblem 415 for another kind of body */
export function expectType(c: Context<AppEnv>, mediaType: string): void {
  const sent = (c.req.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (sent === mediaType) return;
  throw new HttpProblem(
    415,
    "wrong-media-type",
    `The body must be ${mediaType}.`,
    `Set content-type: ${mediaType}.`,
  );
}
