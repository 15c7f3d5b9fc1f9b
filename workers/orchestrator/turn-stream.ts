import type { TurnOutcome } from "@tamma/core/ports/model.ts";
import { type TurnReader, turnError } from "./run-turn.ts";

/** A reader that left shows only at the next line, and until then its turn costs money. */
const pingMs = 1_000;

/**
 * A turn as a byte stream of NDJSON lines: `{ping}` while waiting, `{text}` pieces, and `{answer}` or
 * `{error}` last. When the reader leaves, the turn is stopped.
 */
export function turnStream(
  run: (reader: TurnReader) => Promise<TurnOutcome>,
  keepAlive: (promise: Promise<unknown>) => void,
): ReadableStream<Uint8Array> {
  const { readable, writable } = new IdentityTransformStream();
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  const left = new AbortController();
  const line = (value: unknown) => writer.write(encoder.encode(`${JSON.stringify(value)}\n`));
  const leave = () => left.abort();
  writer.closed.catch(leave);

  async function pump(): Promise<void> {
    const pings = setInterval(() => line({ ping: true }).catch(leave), pingMs);
    try {
      const outcome = await run({ onText: (text) => line({ text }), left: left.signal });
      await line(
        "inFlight" in outcome ? { error: turnError("turn-lost", "this turn is under way") } : outcome,
      );
      await writer.close();
    } catch (thrown) {
      // The reader is gone, so nobody can be told; the turn itself was settled by `run`.
      await writer.abort(thrown).catch(leave);
    } finally {
      clearInterval(pings);
    }
  }
  keepAlive(pump());
  return readable;
}
