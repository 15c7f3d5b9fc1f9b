import { resolve } from "node:path";
import { commandUsage, runCommand } from "./command.ts";
import { startHost } from "./host.ts";
import { StateLocked } from "./lock.ts";
import { openLog } from "./log.ts";
import { parseServerOptions, UsageError, usage } from "./options.ts";
import { collectAfterStart } from "./own-memory.ts";
import { onParentGone } from "./parent.ts";
import { ensureStateFolder } from "./state-folder.ts";

const root = resolve(import.meta.dirname, "..");

/** npm runs scripts in the project's root and says here where the person was. */
const base =
  process.env.npm_lifecycle_event === "server" ? (process.env.INIT_CWD ?? process.cwd()) : process.cwd();

try {
  const told = runCommand(process.argv.slice(2), base);
  if (told === null) await serve();
  else process.stdout.write(`${told}\n`);
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`tamma: ${error.message}\n       usage: ${usage}\n       ${commandUsage}\n`);
    process.exitCode = 2;
  } else {
    process.stderr.write(`tamma: ${error instanceof Error ? error.message : String(error)}\n`);
    if (error instanceof StateLocked)
      process.stderr.write(
        "       use that one (`tamma status`), end it, or give another folder with --state\n",
      );
    process.exitCode = 1;
  }
}

async function serve() {
  const options = parseServerOptions(process.argv.slice(2), process.env);
  const state = ensureStateFolder(resolve(base, options.state));
  const log = openLog(state, options.logLevel);

  let stopping = false;
  const ending = Promise.withResolvers<string>();
  const end = (why: string) => {
    // A second signal means "now": what is cut is finished by the next start.
    if (stopping) process.exit(1);
    stopping = true;
    ending.resolve(why);
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => end(signal));
  if (options.withParent) onParentGone(() => end("the parent process ended"));

  const runtimeLost = (why: string) => {
    // Whoever watches over this process can start it again; a host without a runtime serves nobody.
    log("error", "ending, because nothing is served any more", { why });
    process.exit(1);
  };
  const host = await startHost({ ...options, root, state, env: process.env, log, runtimeLost });
  // The first line of standard output: whoever started this process waits for it.
  process.stdout.write(`${JSON.stringify({ ready: true, url: host.url })}\n`);
  log("info", "listening", { url: host.url, state });
  collectAfterStart();

  log("info", "stopping", { why: await ending.promise });
  await host.stop();
  process.exit(0);
}
