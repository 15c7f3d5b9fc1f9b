import { answerBytesMax, answerFirstByteMs, answerSilenceMs } from "../../domain/policy/limits.ts";
import type { AnswerLimits } from "../../ports/provider.ts";

export const answerLimitsDefault: AnswerLimits = {
  firstByteMs: answerFirstByteMs,
  silenceMs: answerSilenceMs,
  bytesMax: answerBytesMax,
};

/** The answer was given up. `silent`: nothing came any more; `endless`: it is larger than any answer is. */
export class AnswerGivenUp extends Error {
  override readonly name = "AnswerGivenUp";
  readonly why: "silent" | "endless";

  constructor(why: "silent" | "endless", message: string) {
    super(message);
    this.why = why;
  }
}

type Fetch = typeof globalThis.fetch;

/**
 * `fetch` whose answers end: a body that falls silent or does not end is broken off with `AnswerGivenUp`, and
 * its connection is closed. It follows no redirect, because a request carries a key that another host must
 * not see.
 */
export function limitedFetch(fetch: Fetch, limits: Pick<AnswerLimits, "silenceMs" | "bytesMax">): Fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, redirect: "manual" });
    if (response.body === null) return response;
    const headers = new Headers(response.headers);
    // The body is decoded already; whoever reads it must not try that again.
    headers.delete("content-encoding");
    const { status, statusText } = response;
    return new Response(limitedBody(response.body, limits), { status, statusText, headers });
  };
}

function limitedBody(
  body: ReadableStream<Uint8Array>,
  { silenceMs, bytesMax }: Pick<AnswerLimits, "silenceMs" | "bytesMax">,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let bytes = 0;
  const giveUp = (error: AnswerGivenUp): never => {
    // Closes the connection; that it does not close well changes nothing for us.
    reader.cancel(error).catch(() => {});
    throw error;
  };
  return new ReadableStream({
    async pull(controller) {
      const piece = await inTime(reader.read(), silenceMs);
      if (piece === null)
        return giveUp(new AnswerGivenUp("silent", `nothing came for ${silenceMs / 1_000} s`));
      if (piece.done) return controller.close();
      bytes += piece.value.byteLength;
      if (bytes > bytesMax)
        return giveUp(new AnswerGivenUp("endless", `it is longer than ${bytesMax} bytes`));
      controller.enqueue(piece.value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** Null when the time is over first. */
async function inTime<T>(work: Promise<T>, ms: number): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
