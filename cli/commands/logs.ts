import { setTimeout as delay } from "node:timers/promises";
import { type Command, Option } from "commander";
import { type Context, report } from "../context.ts";
import { type ExitCode, exitCodes, usageError } from "../exit-codes.ts";
import type { Api } from "../http/api.ts";
import { findLoop } from "../loop-ref.ts";
import { clean } from "../render/text.ts";
import { followServerLog, logLevels } from "../run/server-log.ts";
import { endCode } from "../run/session.ts";
import type { Shell } from "./shell.ts";

/** Quick enough to look live. */
const followPollMs = 500;

interface LogsOptions {
  follow?: boolean;
  job?: string;
  server?: boolean;
  level?: string;
}

export function registerLogs(program: Command, shell: Shell): void {
  program
    .command("logs")
    .description("what the loop's jobs said, oldest first; or the server's own log")
    .argument("[loop]", "loop id or issue number; default: the only active one")
    .option("-f, --follow", "go on until the loop ends, through restarts of the server")
    .option("--job <id>", "only this job (`<loop>~j4`, or j4)")
    .option("--server-log", "the server's log of this machine's state folder instead")
    .addOption(new Option("--level <level>", "with --server-log: this level and worse").choices(logLevels))
    .action(
      shell.act((context: Context, ref: string | undefined, options: LogsOptions & { serverLog?: boolean }) =>
        logs(context, ref, { ...options, server: options.serverLog ?? false }),
      ),
    );
}

async function logs(context: Context, ref: string | undefined, options: LogsOptions): Promise<ExitCode> {
  if (options.level !== undefined && !options.server)
    throw usageError("--level needs --server-log", "what jobs say has no level; leave --level out");
  if (options.server) return followServerLog(context, { ...options, follow: options.follow ?? false });
  const api = context.api();
  const loop = await findLoop(api, ref);
  const job = options.job === undefined ? null : jobOf(loop, options.job);
  let last = "";
  for (let after = ""; ; ) {
    // The view is read first: what is said after it is fetched in the next round.
    const over = options.follow ? endCode(await api.loop(loop)) !== null : true;
    const page = await api.logs(loop, after, job);
    for (const chunk of page.chunks) last = show(context, chunk, last);
    const more = page.next !== after && page.chunks.length > 0;
    after = page.next;
    if (more) continue;
    if (over) return exitCodes.ok;
    await delay(followPollMs);
  }
}

/** `j4` is short for the whole id. */
function jobOf(loop: string, given: string): string {
  const job = /^j?\d+$/.test(given) ? `${loop}~j${given.replace("j", "")}` : given;
  if (job.startsWith(`${loop}~`)) return job;
  throw usageError(`${given} is no job of ${loop}`, "jobs are called j1, j2 and so on");
}

type Chunk = Awaited<ReturnType<Api["logs"]>>["chunks"][number];

/** A heading where another job, or the same one under another lease, begins to speak. */
function show(context: Context, { job, fence, text }: Chunk, last: string): string {
  const speaker = `${job} (lease ${fence})`;
  if (!context.json && speaker !== last) context.terminal.err(`== ${speaker}\n`);
  if (context.json) report(context, { kind: "log", job, fence, text }, "");
  // As it came, without a line end of our own: a piece may end within a line.
  else context.terminal.out(clean(text));
  return speaker;
}
