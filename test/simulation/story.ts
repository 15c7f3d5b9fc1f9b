/** What happened, in order: kept as text only when somebody will read it, and always as a sum. */
export class Story {
  readonly #lines: string[] = [];
  /** Will somebody read it? Otherwise words may be few. */
  readonly kept: boolean;
  readonly #startsAt: number;
  #sum = 0x811c9dc5;
  #count = 0;

  constructor(startsAt: number, kept: boolean) {
    this.#startsAt = startsAt;
    this.kept = kept;
  }

  /** `mark` is "!" for a fault, "✗" for a broken invariant. */
  tell(at: number, who: string, what: string, mark = " "): void {
    this.#count += 1;
    this.#add(who);
    this.#add(what);
    this.#sum = Math.imul(this.#sum ^ (at | 0), 0x01000193) >>> 0;
    if (!this.kept) return;
    const when = since(at - this.#startsAt);
    this.#lines.push(`${String(this.#count).padStart(4)} ${when} ${mark} ${who.padEnd(14)} ${what}`);
  }

  lines(): string[] {
    return [...this.#lines];
  }

  /** The same for the same story. */
  sum(): string {
    return this.#sum.toString(16).padStart(8, "0");
  }

  #add(text: string): void {
    let sum = this.#sum;
    for (let at = 0; at < text.length; at += 1) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
    this.#sum = sum >>> 0;
  }
}

/** `2d 03:04:05.678`, from the beginning of the story. */
function since(ms: number): string {
  const day = Math.floor(ms / 86_400_000);
  const clock = new Date(ms % 86_400_000).toISOString().slice(11, 23);
  return `${String(day).padStart(2)}d ${clock}`;
}
