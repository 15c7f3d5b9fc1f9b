import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { Context } from "../context.ts";
import { CliError, type ExitCode, exitCodes } from "../exit-codes.ts";
import { clean, renderJson } from "../render/text.ts";

export const logLevels = ["debug", "info", "warn", "error"] as const;
const followPollMs = 500;
/** Read at once; a log may be large. */
const pieceBytes = 64 * 1024;

const Line = z.object({ at: z.string(), level: z.enum(logLevels), text: z.string() });

/** Prints `server.log` of the state folder; with `follow` it goes on until Ctrl-C. */
export async function followServerLog(
  context: Context,
  options: { follow: boolean; level?: string },
): Promise<ExitCode> {
  const file = join(context.state, "server.log");
  const least = logLevels.findIndex((level) => level === (options.level ?? "debug"));
  let place = 0;
  let begun = "";
  for (;;) {
    const piece = pieceOf(file, place);
    // A shorter file is a new one.
    if (piece.size < place) {
      place = 0;
      begun = "";
      continue;
    }
    place += piece.bytes.length;
    const lines = (begun + piece.bytes.toString("latin1")).split("\n");
    begun = lines.pop() ?? "";
    for (const line of lines) show(context, Buffer.from(line, "latin1").toString("utf8"), least);
    if (piece.bytes.length > 0) continue;
    if (!options.follow) return exitCodes.ok;
    await delay(followPollMs);
  }
}

function pieceOf(file: string, from: number): { size: number; bytes: Buffer } {
  let handle: number;
  try {
    handle = openSync(file, "r");
  } catch (error) {
    throw new CliError({
      exitCode: exitCodes.failed,
      code: "no-server-log",
      message: `the server's log cannot be read: ${(error as Error).message}`,
      todo: "it lies on the machine of the server; name its state folder with --state",
      cause: error,
    });
  }
  try {
    const { size } = fstatSync(handle);
    const buffer = Buffer.alloc(Math.max(0, Math.min(pieceBytes, size - from)));
    return { size, bytes: buffer.subarray(0, readSync(handle, buffer, 0, buffer.length, from)) };
  } finally {
    closeSync(handle);
  }
}

function show({ json, terminal }: Context, text: string, least: number): void {
  const parsed = Line.safeParse(jsonOf(text));
  if (!parsed.success) return terminal.out(json ? `${renderJson({ text })}\n` : `${clean(text)}\n`);
  const { at, level, text: says } = parsed.data;
  if (logLevels.indexOf(level) < least) return;
  terminal.out(json ? `${renderJson(jsonOf(text))}\n` : `${at} ${level.padEnd(5)} ${clean(says)}\n`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
