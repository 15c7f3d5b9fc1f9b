import type { TurnOutcome } from "@tamma/core/ports/model.ts";
import { turnError } from "./run-turn.ts";

/** Proxies close a connection that is silent for half a minute. */
const pingMs = 10_000;

/**
 * A turn as a byte stream of NDJSON lines: `{ping}` while waiting, `{text}` pieces, and `{answer}` or `{error}` last.
 * When the reader leaves, the next piece makes `onText` throw, which stops the turn.
 */
export function turnStream(
  run: (onText: (text: string) => Promise<void>) => Promise<TurnOutcome>,
  keepAlive: (promise: Promise<unknown>) => void,
): ReadableStream<Uint8Array> {
  const { readable, writable } = new IdentityTransformStream();
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  const line = (value: unknown) => writer.write(encoder.encode(`${JSON.stringify(value)}\n`));

  async function pump(): Promise<void> {
    const pings = setInterval(() => void line({ ping: true }).catch(() => clearInterval(pings)), pingMs);
    try {
      const outcome = await run(async (text) => {
        await line({ text });
      });
      await line("inFlight" in outcome ? { error: turnError("turn-lost", "this turn is under way") } : outcome);
      await writer.close();
    } catch (thrown) {
      // The reader is gone, so nobody can be told; the turn itself was settled by `run`.
      await writer.abort(thrown).catch(() => {});
    } finally {
      clearInterval(pings);
    }
  }
  keepAlive(pump());
  return readable;
}
