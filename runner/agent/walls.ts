import type { Evidence } from "@tamma/core/domain/loop/evidence.ts";

/** Three times the same wall: the fourth try would cost and change nothing. */
const sameFailuresMax = 3;
/** A big repository takes a dozen turns to read; after this many without a change nothing is coming. */
const idleTurnsMax = 16;

/** What a person reads of the failure in one line; the excerpt below it has the rest. */
const summaryCharsMax = 160;

/** Watches whether the agent gets anywhere: the same failure again and again, or turns without any change. */
export class Walls {
  private last: { fingerprint: string; times: number; changes: number } | null = null;
  private idle = 0;
  private changes = 0;

  /**
   * A command or `finish` failed. The same failure without a change in between tells nothing new and is not
   * counted, unless it is a refused `finish`.
   */
  failed(fingerprint: string, changes: number, isFinish: boolean): void {
    if (this.last?.fingerprint !== fingerprint) this.last = { fingerprint, times: 1, changes };
    else if (isFinish || changes > this.last.changes)
      this.last = { fingerprint, times: this.last.times + 1, changes };
  }

  /** Something succeeded, or a phase began: earlier failures are history. */
  passed(): void {
    this.last = null;
  }

  /** A turn is over; `finished`: it called `finish`. */
  turn(changes: number, finished: boolean): void {
    this.idle = changes > this.changes || finished ? 0 : this.idle + 1;
    this.changes = changes;
  }

  /** Why it makes no sense to go on; null while it does. */
  hit(excerpt: string): Evidence | null {
    if (this.last !== null && this.last.times >= sameFailuresMax) {
      const summary = `stuck on the same failure ${sameFailuresMax} times in a row${firstLines(excerpt)}`;
      return { summary, fingerprint: this.last.fingerprint, excerpt, log: null };
    }
    if (this.idle >= idleTurnsMax)
      return {
        summary: `${idleTurnsMax} turns without a change`,
        fingerprint: "no-progress",
        excerpt,
        log: null,
      };
    return null;
  }
}

/** The name of what failed and its first message, so that four attempts on a card can be told apart. */
function firstLines(excerpt: string): string {
  const lines = excerpt.split("\n").map((line) => line.trim());
  const said = lines.filter((line) => line !== "").slice(0, 3);
  return said.length === 0 ? "" : `: ${said.join(" / ").slice(0, summaryCharsMax)}`;
}
