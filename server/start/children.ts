import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";

/**
 * A child that was asked to end gets this long, then it is asked once more (a runner then hands its job
 * back).
 */
const firstAskMs = 3_000;
const secondAskMs = 10_000;

export interface ChildOptions {
  /** Name for messages. */
  name: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
}

/** A process in the background, in a group of its own: Ctrl-C reaches it through us, in the right order. */
export class Child {
  readonly name: string;
  readonly #process: ChildProcess;
  /** Resolves when it has ended, with the reason in words. */
  readonly ended: Promise<string>;
  #gone = false;
  /** The last lines that were no JSON log: what a person is told when it fails. */
  readonly #words: string[] = [];
  readonly #lines: AsyncIterator<string>;

  constructor({ name, args, env, cwd }: ChildOptions) {
    this.name = name;
    const child = spawn(process.execPath, args, {
      cwd,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process = child;
    this.#lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on("line", (line) => {
      if (line.startsWith("{")) return;
      this.#words.push(line);
      if (this.#words.length > wordsMax) this.#words.shift();
    });
    this.ended = new Promise((done) => {
      child.once("error", (error) => done(error.message));
      // "close" and not "exit": by then its last words have been read.
      child.once("close", (code, signal) => done(signal ? `ended by ${signal}` : `ended with ${code}`));
    });
    void this.ended.then(() => {
      this.#gone = true;
    });
  }

  /**
   * The first line of standard output, parsed. @throws Error with the child's own words when it ends before
   */
  async ready(): Promise<Record<string, unknown>> {
    const first = await this.#lines.next();
    if (!first.done) {
      void this.#drain();
      return JSON.parse(first.value) as Record<string, unknown>;
    }
    const how = await this.ended;
    throw new Error(this.words() || `the ${this.name} ${how} before it was ready`);
  }

  /**
   * What `shape` catches of the first line that it fits.
   *
   * @throws Error with the child's own words when it ends before
   */
  async told(shape: RegExp): Promise<string> {
    for (let next = await this.#lines.next(); !next.done; next = await this.#lines.next()) {
      const caught = shape.exec(next.value)?.[1];
      if (caught === undefined) continue;
      void this.#drain();
      return caught;
    }
    const how = await this.ended;
    throw new Error(this.words() || `the ${this.name} ${how} before it was ready`);
  }

  /** The exit code of a child that is expected to end. */
  async finished(): Promise<void> {
    void this.#drain();
    const how = await this.ended;
    if (how !== "ended with 0") throw new Error(this.words() || `the ${this.name} ${how}`);
  }

  /** Its last lines on standard error. */
  words(): string {
    // Our own programs begin with their name, and so will whoever repeats this.
    return this.#words.join("\n").replace(/^tamma: /, "");
  }

  /** Asks it to end, asks again, then ends its whole group. Resolves when it is gone. */
  async stop(patiencesMs = [firstAskMs, secondAskMs]): Promise<void> {
    for (const patienceMs of patiencesMs) {
      if (this.#gone) return;
      this.#process.kill("SIGTERM");
      await Promise.race([this.ended, delay(patienceMs, undefined, { ref: false })]);
    }
    if (this.#gone) return;
    killGroup(this.#process.pid);
    await this.ended;
  }

  /** Keeps its pipe empty: a child whose output nobody reads stands still. */
  async #drain(): Promise<void> {
    while (!(await this.#lines.next()).done);
  }
}

/** More lines than this explain nothing more. */
const wordsMax = 30;

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended meanwhile.
  }
}
