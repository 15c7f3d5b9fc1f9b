import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ScriptInput } from "../../server/sample/script.ts";

const root = join(import.meta.dirname, "../..");
const own = join(root, "node_modules/node/bin/node");

/** The project's Node, which runs TypeScript; the tests themselves may run under an older one. */
export const projectNode = existsSync(own) ? own : process.execPath;

export interface RunningEngineer extends AsyncDisposable {
  readonly url: string;
  readonly process: ChildProcess;
}

/** Starts the scripted engineer as `npm start` does; with a script it is written to `scriptFile` first. */
export async function startEngineer(
  options: { script?: { input: ScriptInput; file: string }; key?: string } = {},
): Promise<RunningEngineer> {
  const args = ["server/sample/engineer.ts", "--port", "0", "--with-parent"];
  if (options.script) {
    await writeFile(options.script.file, JSON.stringify(options.script.input));
    args.push("--script", options.script.file);
  }
  if (options.key) args.push("--key", options.key);
  const child = spawn(projectNode, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  const died = once(child, "exit").then(([code]) => {
    throw new Error(`The engineer ended with ${code}.`);
  });
  // Awaited only until the port is known; its later end is no failure.
  died.catch(() => undefined);
  const [line] = (await Promise.race([once(child.stdout, "data"), died])) as [Buffer];
  const { port } = JSON.parse(line.toString("utf8")) as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    process: child,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
}
