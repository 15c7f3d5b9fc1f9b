import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** Tamma's other programs lie beside the command line. They are started by command line, never imported. */
export type Program = "server/main.ts" | "server/tape.ts" | "runner/main.ts";

const root = join(import.meta.dirname, "../..");
/** More lines than this explain nothing more. */
const wordsMax = 30;
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface Beside {
  /** Lines of its standard output. */
  lines: AsyncIterableIterator<string>;
  /** Its exit code; 1 when a signal ended it. */
  ended: Promise<number>;
  /** What it said on standard error, the last lines, without its own name in front. */
  words(): string;
  /** Asks it to end and waits. */
  stop(): Promise<number>;
}

/**
 * Starts a program. Signals that end us are passed on to it once: it is in a group of its own, because a
 * terminal would send Ctrl-C to both and the second one means "at once".
 *
 * @param hear gets every line of its standard error
 */
export function startBeside(
  program: Program,
  args: string[],
  options: { env: NodeJS.ProcessEnv; cwd: string; hear?: (line: string) => void },
): Beside {
  const { env, cwd, hear } = options;
  const child = spawn(process.execPath, [join(root, program), ...args], {
    ...{ cwd, env, detached: true },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    hear?.(line);
    said.push(line);
    if (said.length > wordsMax) said.shift();
  });
  const ended = endOf(child);
  const pass = (signal: NodeJS.Signals) => void child.kill(signal);
  for (const signal of signals) process.on(signal, pass);
  void ended.then(() => {
    for (const signal of signals) process.off(signal, pass);
  });
  return {
    lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](),
    ended,
    words: () => said.join("\n").replace(/^tamma: /, ""),
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
  };
}

/** "close" and not "exit": by then its last words have been read. */
function endOf(child: ChildProcess): Promise<number> {
  return new Promise((done) => {
    child.once("error", () => done(1));
    child.once("close", (code) => done(code ?? 1));
  });
}
