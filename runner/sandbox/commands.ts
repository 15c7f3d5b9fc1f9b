import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import type { Protection } from "@tamma/core/domain/loop/evidence.ts";
import type { CommandOptions, CommandResult, Commands } from "./command.ts";
import { cleanEnvironment, findProgram } from "./environment.ts";
import { KeptOutput } from "./kept-output.ts";
import { boundByProcessLimit, limitsPrelude } from "./limits.ts";
import { endAll, startOf, type Traces } from "./processes.ts";

/** Both streams of a command together stay far below a blob; a person reads neither end of more. */
const outputBytesMaxDefault = 1_000_000;
/** Once all processes are gone the pipes close at once; whoever still holds one is not ours. */
const pipesCloseMs = 1_000;

export interface Sandbox extends Commands {
  /** Ends every process that any command of this job left behind. */
  endJob(): Promise<void>;
}

/**
 * Commands of one job. They run in `folder` with a HOME and TMPDIR of their own there, in their own process
 * group, and none of their processes outlives them.
 */
export function sandboxedCommands(job: { job: string; folder: string; signal: AbortSignal }): Sandbox {
  const folders = { home: join(job.folder, "home"), temp: join(job.folder, "tmp") };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  // The same job id may run in two places (a lost lease, two tests): the marker is ours alone.
  const marker = `${job.job}.${randomBytes(8).toString("hex")}`;
  const prelude = limitsPrelude();
  const began = startOf(process.pid);
  let count = 0;

  const start = async (argv: string[], options: CommandOptions): Promise<CommandResult> => {
    const command = `${marker}.${++count}`;
    const env = {
      ...cleanEnvironment(process.env, folders),
      ...options.env,
      TAMMA_JOB: marker,
      TAMMA_COMMAND: command,
    };
    if (argv[0] === undefined || findProgram(argv[0], env, options.cwd) === null)
      return notStarted(argv, `${argv[0]}: not found on the PATH of the sandbox`);
    const signal = options.signal ? AbortSignal.any([job.signal, options.signal]) : job.signal;
    if (signal.aborted) return { ...notStarted(argv, "stopped before it began"), ended: "stopped" };
    const traces = { marker: `TAMMA_COMMAND=${command}`, folder: job.folder };
    return runToEnd(["sh", "-c", prelude, "tamma", ...argv], argv, { ...options, env, signal }, traces);
  };
  return {
    protection,
    run: start,
    shell: (line, options) => start(["sh", "-c", line], options),
    endJob: () => endAll({ group: null, marker: `TAMMA_JOB=${marker}`, folder: job.folder, since: began }),
  };
}

type Running = CommandOptions & { env: Record<string, string>; signal: AbortSignal };

async function runToEnd(
  wrapped: [string, ...string[]],
  argv: string[],
  options: Running,
  { marker, folder }: Pick<Traces, "marker" | "folder">,
): Promise<CommandResult> {
  const began = performance.now();
  const [program, ...args] = wrapped;
  const child = spawn(program, args, { cwd: options.cwd, env: options.env, detached: true });
  const kept = {
    out: new KeptOutput(options.outputBytesMax ?? outputBytesMaxDefault),
    err: new KeptOutput(options.outputBytesMax ?? outputBytesMaxDefault),
  };
  collect(child, kept, options.onOutput);
  child.stdin?.on("error", () => {});
  child.stdin?.end(options.stdin ?? "");
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const exited = new Promise<number | Error>((resolve) => {
    child.once("error", resolve);
    child.once("exit", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
  if (child.pid === undefined) return notStarted(argv, String(await exited));

  const traces: Traces = { group: child.pid, marker, folder, since: startOf(child.pid) };
  const { ended, exit } = await firstEnd(exited, options);
  await endAll(traces);
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, pipesCloseMs).unref())]);
  child.stdout?.destroy();
  child.stderr?.destroy();
  return {
    argv,
    exitCode: exit,
    stdout: kept.out.text(),
    stderr: kept.err.text(),
    ms: Math.round(performance.now() - began),
    ended,
  };
}

/** Which comes first: its own end, the time, or a stop. */
function firstEnd(
  exited: Promise<number | Error>,
  { timeoutMs, signal }: Running,
): Promise<{ ended: CommandResult["ended"]; exit: number }> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => settle("timeout", -1), timeoutMs);
    const stop = () => settle("stopped", -1);
    const settle = (ended: CommandResult["ended"], exit: number) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      resolve({ ended, exit });
    };
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    void exited.then((end) => (typeof end === "number" ? settle("exit", end) : settle("spawn-error", -1)));
  });
}

function collect(
  child: ChildProcess,
  kept: { out: KeptOutput; err: KeptOutput },
  onOutput?: (text: string) => void,
) {
  const take = (stream: ChildProcess["stdout"], into: KeptOutput) => {
    // A letter of several bytes may be cut between two chunks.
    const decoder = new StringDecoder("utf8");
    stream?.on("data", (chunk: Buffer) => {
      into.add(chunk);
      onOutput?.(decoder.write(chunk));
    });
  };
  take(child.stdout, kept.out);
  take(child.stderr, kept.err);
}

function notStarted(argv: string[], why: string): CommandResult {
  return { argv, exitCode: -1, stdout: "", stderr: why, ms: 0, ended: "spawn-error" };
}

const protection: Protection = {
  kind: "process-limits",
  promises: [
    "Commands see a cleaned environment: no token, key or agent socket of the runner.",
    "HOME and TMPDIR are folders of the job alone.",
    "Every process of a command is ended before the next step, also one that left its process group.",
    "Time, kept output and memory of each process are limited.",
    ...(boundByProcessLimit ? ["The number of processes is limited."] : []),
  ],
  gaps: [
    "Commands can read and write what the runner's user can: run the runner as a user of its own.",
    "Commands can use the network.",
    "A process that clears its environment, leaves its group and its folder and detaches is not found.",
    ...(boundByProcessLimit ? [] : ["The runner runs as root: the number of processes is not limited."]),
  ],
};
