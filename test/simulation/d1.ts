import type { LogCopy } from "../../workers/orchestrator/log-copy.ts";
import type { Faults } from "./faults.ts";
import type { Kernel, Life } from "./kernel.ts";
import type { Story } from "./story.ts";

const callMsMax = 10;

/** The line to D1: it may be down for hours, and an answer may be lost when the work was done. */
export class D1Line {
  #downUntil = 0;
  readonly #copy: LogCopy;
  readonly #world: { kernel: Kernel; faults: Faults; story: Story };

  constructor(copy: LogCopy, world: { kernel: Kernel; faults: Faults; story: Story }) {
    this.#copy = copy;
    this.#world = world;
  }

  get isDown(): boolean {
    return this.#world.kernel.now < this.#downUntil;
  }

  goDown(ms: number): void {
    this.#downUntil = this.#world.kernel.now + ms;
  }

  /** A row of a list is written, or not. Nothing hangs on when. */
  async listed(caller: Life): Promise<void> {
    if (this.isDown) throw noAnswer(caller, "does not answer");
  }

  portFor(life: Life): LogCopy {
    const call = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
      const { kernel, faults } = this.#world;
      await kernel.sleep(faults.diceOf("d1-down").fraction() * callMsMax, life);
      if (this.isDown) throw noAnswer(life, "does not answer");
      const value = await work();
      if (faults.strike("answer-lost", "d1", what)) throw noAnswer(life, "lost the answer");
      return value;
    };
    return {
      append: (rows) => call("append", () => this.#copy.append(rows)),
      heads: (range) => call("heads", () => this.#copy.heads(range)),
      hashAt: (stream, seq) => call("hashAt", () => this.#copy.hashAt(stream, seq)),
      rows: (stream) => call("rows", () => this.#copy.rows(stream)),
      streams: () => call("streams", () => this.#copy.streams()),
    };
  }
}

function noAnswer(caller: Life, why: string): Error {
  caller.failedCalls += 1;
  return new Error(`D1 ${why}`);
}
