import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";

export const root = join(import.meta.dirname, "../..");
const own = join(root, "node_modules/node/bin/node");

/** The project's Node: it runs TypeScript without a build. */
export const projectNode = existsSync(own) ? own : process.execPath;

/** A process that must come up within this is one that hangs. */
const readyTimeoutMs = 60_000;

/** One of Tamma's own processes, started by command line as a user's shell would. */
export interface Started {
  readonly process: ChildProcess;
  /** All that it said so far on both streams. */
  output(): string;
  /** Ends it (SIGTERM) and waits; a process that is gone is fine. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export function startProcess(args: string[], env: Record<string, string> = {}): Started {
  const child = spawn(projectNode, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  return {
    process: child,
    output: () => output,
    async stop(signal = "SIGTERM") {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, "exit");
        child.kill(signal);
        await ended;
      }
      return child.exitCode;
    },
  };
}

/** Waits until the process has printed what `pattern` matches; fails with its output when it ends before. */
export async function printed(
  started: Started,
  pattern: RegExp,
  patienceMs = readyTimeoutMs,
): Promise<RegExpMatchArray> {
  const deadline = AbortSignal.timeout(patienceMs);
  for (;;) {
    const match = pattern.exec(started.output());
    if (match) return match;
    if (started.process.exitCode !== null)
      throw new Error(`it ended with ${started.process.exitCode}:\n${started.output()}`);
    if (deadline.aborted) throw new Error(`it never printed ${pattern}:\n${started.output()}`);
    await tick();
  }
}

/** A short pause between two looks at something that changes by itself. */
export function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}
