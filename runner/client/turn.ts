import type { TurnAnswer, TurnError, TurnRequest } from "@tamma/core/protocol/model-turn.ts";
import { type TurnCall, TurnLine } from "@tamma/core/protocol/runner.ts";
import type { Caller } from "./call.ts";
import { FenceLost } from "./refusals.ts";

/** The Worker pings every second while a model thinks; a stream that is silent for so long is cut. */
const silenceMs = 20_000;
/** A turn may take as long as the slowest model answers. */
const turnTimeoutMs = 1_200_000;
/** Before the Worker has the request nothing is spent, so reaching it may take its time. */
const reachMs = 300_000;
/** A runner that took over a job skips the numbers of the one before it: more than a job has turns. */
const numbersMax = 500;

export type TurnOutcome = { answer: TurnAnswer } | { error: TurnError };

/**
 * One model turn. A cut stream is asked for once more under the same number, under which the Worker keeps
 * what came; a number that it calls lost is left behind and the next one taken.
 *
 * @throws FenceLost when the job is not ours any more. Everything else is an answer or an error as data.
 */
export async function askTurn(
  caller: Caller,
  path: string,
  ask: { fence: number; next: () => number; request: TurnRequest; signal: AbortSignal },
): Promise<TurnOutcome> {
  for (let tried = 0; tried < numbersMax; tried++) {
    const call: TurnCall = { fence: ask.fence, turn: ask.next(), request: ask.request };
    const outcome =
      (await once(caller, path, call, ask.signal)) ?? (await once(caller, path, call, ask.signal));
    if (outcome === null) return failed("transient", "the connection was cut twice during one turn");
    if (!("error" in outcome) || outcome.error.kind !== "turn-lost") return outcome;
  }
  return failed("transient", `${numbersMax} turn numbers in a row are lost`);
}

/** Null: the stream was cut before its last line. */
async function once(
  caller: Caller,
  path: string,
  call: TurnCall,
  signal: AbortSignal,
): Promise<TurnOutcome | null> {
  try {
    const limits = { retryMs: reachMs, timeoutMs: turnTimeoutMs, headTimeoutMs: silenceMs };
    const request = { json: call, signal, ...limits };
    return await caller.call(path, request, async (response) => {
      try {
        return await lastLine(response);
      } catch (error) {
        if (signal.aborted) throw error;
        return null;
      }
    });
  } catch (error) {
    if (error instanceof FenceLost && error.body.includes("turn-lost"))
      return failed("turn-lost", error.message);
    if (error instanceof FenceLost) throw error;
    if (signal.aborted) return failed("stopped", "the job was stopped");
    return failed("transient", error instanceof Error ? error.message : String(error));
  }
}

/** Reads the NDJSON stream to its `answer` or `error`; null when it ends without one. */
async function lastLine(response: Response): Promise<TurnOutcome | null> {
  const reader = response.body?.getReader();
  if (!reader) return null;
  const decoder = new TextDecoder();
  let held = "";
  while (true) {
    const { done, value } = await inTime(reader);
    held += done ? "\n" : decoder.decode(value, { stream: true });
    const lines = held.split("\n");
    held = lines.pop() ?? "";
    for (const line of lines) {
      const outcome = line.trim() === "" ? null : parsed(line);
      if (outcome) return outcome;
    }
    if (done) return null;
  }
}

function parsed(text: string): TurnOutcome | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The cut went through a line.
    return null;
  }
  const line = TurnLine.safeParse(value);
  if (!line.success) {
    const last = typeof value === "object" && value !== null && ("answer" in value || "error" in value);
    return last ? failed("garbage", `the Worker's last line does not parse: ${line.error.message}`) : null;
  }
  if ("answer" in line.data || "error" in line.data) return line.data;
  return null;
}

async function inTime(reader: ReadableStreamDefaultReader<Uint8Array>) {
  let timer: NodeJS.Timeout | undefined;
  const silent = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`silent for ${silenceMs / 1000} s`)), silenceMs);
  });
  try {
    return await Promise.race([reader.read(), silent]);
  } finally {
    clearTimeout(timer);
  }
}

function failed(kind: TurnError["kind"], message: string): { error: TurnError } {
  return { error: { kind, message, status: null, retryAt: null, requestId: null } };
}
