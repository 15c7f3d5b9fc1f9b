import { resolve } from "node:path";
import { UsageError } from "./options.ts";
import { onParentGone } from "./parent.ts";
import { CannotStart } from "./start/cannot-start.ts";
import { parseStartOptions, startUsage } from "./start/options.ts";
import { prepare } from "./start/prepared.ts";
import { runAll } from "./start/run-all.ts";

/**
 * `npm start`: server, local runner, scripted engineer and sample repository as processes, then the command
 * line's live view in this terminal. scripts/start.mjs starts this file under the project's Node.
 */
const root = resolve(import.meta.dirname, "..");
/** npm runs scripts in the project's root and says here where the person was. */
const base =
  process.env.npm_lifecycle_event === "start" ? (process.env.INIT_CWD ?? process.cwd()) : process.cwd();

/**
 * A terminal sends Ctrl-C to every process of its group, and npm passes it on: one press must not count
 * twice.
 */
const samePressMs = 1_000;
const interrupted = 130;

try {
  process.exit(await main());
} catch (error) {
  const usage = error instanceof UsageError;
  const refused = usage || error instanceof CannotStart;
  process.stderr.write(`tamma: ${error instanceof Error ? error.message : String(error)}\n`);
  if (usage) process.stderr.write(`\n${startUsage}\n`);
  process.exit(refused ? 2 : 1);
}

async function main(): Promise<number> {
  const options = parseStartOptions(process.argv.slice(2));
  if (options === null) {
    process.stdout.write(`${startUsage}\n`);
    return 0;
  }
  const prepared = prepare(options, root, base, process.env);
  return runAll(prepared, { root, base, env: process.env, stopped: stopSignal() });
}

/**
 * Aborts at the first request to end; a second one, later, ends this process at once (children see their
 * parent go).
 */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  let first = 0;
  const end = () => {
    if (!stop.signal.aborted) {
      first = Date.now();
      return stop.abort();
    }
    if (Date.now() - first > samePressMs) process.exit(interrupted);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  onParentGone(end);
  return stop.signal;
}
