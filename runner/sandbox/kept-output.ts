/** What a test prints before it hangs matters, and so does its end: half of the room for each. */
export class KeptOutput {
  readonly #headMax: number;
  readonly #tailMax: number;
  readonly #head: Buffer[] = [];
  #tail: Buffer[] = [];
  #headSize = 0;
  #tailSize = 0;
  #dropped = 0;

  /** @param bytesMax bytes that are kept; the middle of what is longer is cut. */
  constructor(bytesMax: number) {
    this.#headMax = Math.floor(bytesMax / 2);
    this.#tailMax = bytesMax - this.#headMax;
  }

  add(chunk: Buffer): void {
    const room = this.#headMax - this.#headSize;
    const first = chunk.subarray(0, Math.max(0, room));
    if (first.length > 0) {
      this.#head.push(first);
      this.#headSize += first.length;
    }
    const rest = chunk.subarray(first.length);
    if (rest.length === 0) return;
    this.#tail.push(rest);
    this.#tailSize += rest.length;
    while (this.#tailSize > this.#tailMax) this.#dropFromTail();
  }

  #dropFromTail(): void {
    const oldest = this.#tail[0];
    if (!oldest) return;
    const surplus = this.#tailSize - this.#tailMax;
    if (oldest.length > surplus) this.#tail[0] = oldest.subarray(surplus);
    else this.#tail.shift();
    const gone = Math.min(surplus, oldest.length);
    this.#tailSize -= gone;
    this.#dropped += gone;
  }

  text(): string {
    const head = Buffer.concat(this.#head).toString("utf8");
    const tail = Buffer.concat(this.#tail).toString("utf8");
    return this.#dropped === 0 ? head + tail : `${head}\n[... ${this.#dropped} bytes left out ...]\n${tail}`;
  }
}
