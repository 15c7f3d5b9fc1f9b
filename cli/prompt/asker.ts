import { createInterface } from "node:readline";
import type { Terminal } from "../terminal.ts";

/** Asks a person one line at a time. */
export interface Asker {
  /**
   * The line that was typed, without spaces around it.
   *
   * @throws Withdrawn when the question was answered elsewhere, Interrupted on Ctrl-C or at the end of input
   */
  ask(prompt: string): Promise<string>;
  close(): void;
}

/** The question is no longer open. */
export class Withdrawn extends Error {
  override readonly name = "Withdrawn";
}

/** The person wants to leave, or there is nobody to type any more. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly atEnd: boolean;

  constructor(atEnd: boolean) {
    super(atEnd ? "the input ended" : "interrupted");
    this.atEnd = atEnd;
  }
}

/**
 * An asker for one question, until `withdrawn` fires. Lines pasted at once answer its prompts in order; what
 * is left over is dropped with it, so that nothing typed ahead approves what nobody has seen yet.
 */
export function terminalAsker(terminal: Terminal, withdrawn: AbortSignal): Asker {
  const reader = createInterface({
    input: terminal.input,
    output: terminal.errors,
    terminal: terminal.interactive,
  });
  const typed: string[] = [];
  let failed: Error | null = null;
  let waiting: { resolve: (line: string) => void; reject: (error: Error) => void } | null = null;

  const fail = (error: Error) => {
    failed ??= error;
    waiting?.reject(failed);
    waiting = null;
  };
  const withdraw = () => fail(new Withdrawn());
  withdrawn.addEventListener("abort", withdraw, { once: true });
  reader.on("SIGINT", () => fail(new Interrupted(false)));
  reader.on("close", () => fail(new Interrupted(true)));
  reader.on("line", (line) => {
    if (waiting) waiting.resolve(line.trim());
    else typed.push(line.trim());
    waiting = null;
  });

  return {
    ask(prompt) {
      if (withdrawn.aborted) withdraw();
      reader.setPrompt(prompt);
      const ahead = typed.shift();
      if (ahead !== undefined) return Promise.resolve(ahead);
      if (failed) return Promise.reject(failed);
      const next = Promise.withResolvers<string>();
      waiting = next;
      reader.prompt();
      return next.promise;
    },
    close() {
      withdrawn.removeEventListener("abort", withdraw);
      reader.close();
    },
  };
}
