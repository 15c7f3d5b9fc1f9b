import type { RedactingStream } from "@tamma/core/engine/redact.ts";
import type { LogRequest } from "@tamma/core/protocol/runner.ts";

/** The server takes chunks up to 64 KB; JSON escapes may double what we count. */
export const chunkBytesMax = 64_000;
/** Live for a person, without a request for every line. */
const flushEveryMs = 500;
/** While the server is away the log waits in memory, up to here; then the middle is left out. */
const waitingBytesMax = 4_000_000;

type Send = (chunk: Omit<LogRequest, "fence">) => Promise<{ next: number }>;

/**
 * The log of one job on its way to the server: redacted, in chunks at byte offsets, in order, one at a time.
 * A lost chunk stays in front and goes out again at its offset. It never fails the job.
 */
export class LogStream {
  readonly #send: Send;
  readonly #redact: RedactingStream;
  #waiting = Buffer.alloc(0);
  #offset = 0;
  #dropped = 0;
  #sending: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(send: Send, redact: RedactingStream) {
    this.#send = send;
    this.#redact = redact;
  }

  write(text: string): void {
    this.#add(this.#redact.write(text));
  }

  /** Sends what is left. Answers false when the server did not take all of it. */
  async close(): Promise<boolean> {
    this.#add(this.#redact.end());
    if (this.#timer) clearTimeout(this.#timer);
    await this.#flush();
    if (this.#waiting.length > 0) await this.#flush();
    return this.#waiting.length === 0;
  }

  #add(text: string): void {
    if (text === "") return;
    const bytes = Buffer.from(text, "utf8");
    if (this.#waiting.length + bytes.length > waitingBytesMax) {
      this.#dropped += bytes.length;
      return;
    }
    const note = this.#dropped > 0 ? `\n[... ${this.#dropped} bytes of log left out ...]\n` : "";
    this.#dropped = 0;
    this.#waiting = Buffer.concat([this.#waiting, Buffer.from(note), bytes]);
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.#flush();
    }, flushEveryMs);
  }

  #flush(): Promise<void> {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const chunk = this.#waiting.subarray(0, wholeLetters(this.#waiting, chunkBytesMax));
      try {
        const { next } = await this.#send({ offset: this.#offset, text: chunk.toString("utf8") });
        if (next === this.#offset) return;
        // Where the server's log ends is its business: it hides secrets of its own, which changes lengths.
        if (next > this.#offset) this.#waiting = this.#waiting.subarray(chunk.length);
        this.#offset = next;
      } catch {
        // It stays in front; the next flush, or close, offers it again.
        return;
      }
    }
  }
}

/** The most bytes, at most `max`, that end between two letters. */
function wholeLetters(bytes: Buffer, max: number): number {
  if (bytes.length <= max) return bytes.length;
  let end = max;
  // 10xxxxxx continues a letter.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return end;
}
