import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, realpathSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type { CommandOptions, CommandResult, Commands } from "./command.ts";
import type { Enclosure, Wrapped } from "./enclosure.ts";
import { cleanEnvironment, findProgram, proxies } from "./environment.ts";
import { KeptOutput } from "./kept-output.ts";
import { limitsPrelude } from "./limits.ts";
import { plainLimits } from "./plain-limits.ts";
import { endAll, type Space, spaceOf, startOf, type Traces } from "./processes.ts";

/** Both streams of a command together stay far below a blob; a person reads neither end of more. */
const outputBytesMaxDefault = 1_000_000;
/** Once all processes are gone the pipes close at once; whoever still holds one is not ours. */
const pipesCloseMs = 1_000;

export interface Sandbox extends Commands {
  /** Ends every process that any command of this job left behind. */
  endJob(): Promise<void>;
}

export interface SandboxOptions {
  job: string;
  folder: string;
  signal: AbortSignal;
  /** Plain limits when none is given. */
  enclosure?: Enclosure;
  /** Absolute paths that this job's commands must not see, besides what the enclosure hides anyway. */
  hide?: readonly string[];
}

/**
 * Commands of one job. They run in `folder` with a HOME and TMPDIR of their own there, behind the walls of
 * `enclosure`, and none of their processes outlives them.
 */
export function sandboxedCommands(options: SandboxOptions): Sandbox {
  const { job, signal: jobSignal, enclosure = plainLimits, hide = [] } = options;
  const folder = realpathSync(options.folder);
  const folders = { home: join(folder, "home"), temp: join(folder, "tmp") };
  for (const one of Object.values(folders)) mkdirSync(one, { recursive: true, mode: 0o700 });
  // The same job id may run in two places (a lost lease, two tests): the marker is ours alone.
  const marker = `${job}.${randomBytes(8).toString("hex")}`;
  const prelude = limitsPrelude();
  const began = startOf(process.pid);
  let count = 0;

  const start = async (argv: string[], options: CommandOptions): Promise<CommandResult> => {
    const command = `${marker}.${++count}`;
    const env = {
      ...cleanEnvironment(process.env, folders),
      ...(options.network ? proxies(process.env) : {}),
      ...enclosure.env,
      ...options.env,
      TAMMA_JOB: marker,
      TAMMA_COMMAND: command,
    };
    if ([...argv, ...Object.entries(env).flat()].some((text) => text.includes("\0")))
      return notStarted(argv, "a command or a variable of its environment holds a NUL character");
    if (argv[0] === undefined || findProgram(argv[0], env, options.cwd) === null)
      return notStarted(argv, `${argv[0]}: not found on the PATH of the sandbox`);
    const signal = options.signal ? AbortSignal.any([jobSignal, options.signal]) : jobSignal;
    if (signal.aborted) return { ...notStarted(argv, "stopped before it began"), ended: "stopped" };
    const cwd = realpathSync(options.cwd);
    const network = options.network !== undefined;
    const wrapped = enclosure.wrap({ folder, cwd, prelude, argv, env, network }, hide);
    return runToEnd(wrapped, argv, { ...options, signal }, { marker: `TAMMA_COMMAND=${command}`, folder });
  };
  return {
    protection: enclosure.protection,
    run: start,
    shell: (line, options) => start(["sh", "-c", line], options),
    endJob: () => endAll({ group: null, marker: `TAMMA_JOB=${marker}`, folder, since: began }),
  };
}

type Running = CommandOptions & { signal: AbortSignal };

async function runToEnd(
  { program, args, cwd, env, reports, inputs }: Wrapped,
  argv: string[],
  options: Running,
  { marker, folder }: Pick<Traces, "marker" | "folder">,
): Promise<CommandResult> {
  const began = performance.now();
  const more = (reports ? ["pipe", ...inputs] : inputs).map(() => "pipe" as const);
  const child = spawn(program, args, { cwd, env, detached: true, stdio: ["pipe", "pipe", "pipe", ...more] });
  const kept = {
    out: new KeptOutput(options.outputBytesMax ?? outputBytesMaxDefault),
    err: new KeptOutput(options.outputBytesMax ?? outputBytesMaxDefault),
  };
  collect(child, kept, options.onOutput);
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const exited = new Promise<number | Error>((resolve) => {
    child.once("error", resolve);
    child.once("exit", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
  if (child.pid === undefined) return notStarted(argv, String(await exited));
  give(child.stdin, options.stdin ?? "");
  inputs.forEach((text, index) => {
    give(child.stdio[firstInput + index] as Writable, text);
  });
  const space = reports ? watchSpace(child.stdio[3] as Readable) : async () => null;

  const traces: Traces = { group: child.pid, marker, folder, since: startOf(child.pid) };
  const { ended, exit } = await firstEnd(exited, options);
  await endAll({ ...traces, space: await space() });
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, pipesCloseMs).unref())]);
  for (const stream of child.stdio) stream?.destroy();
  return {
    argv,
    exitCode: exit,
    stdout: kept.out.text(),
    stderr: kept.err.text(),
    ms: Math.round(performance.now() - began),
    ended,
  };
}

/** Behind the standard streams and the report. */
const firstInput = 4;

/** It may end without reading all of it. */
function give(stream: Writable | null, text: string): void {
  stream?.on("error", () => {});
  stream?.end(text);
}

/** Listens for the report on which process is the first inside; the answer waits until it is complete. */
function watchSpace(report: Readable): () => Promise<Space | null> {
  let text = "";
  let space: Space | null = null;
  report.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    const first = /"child-pid": *(\d+)/.exec(text)?.[1];
    // At once: the first process may soon have no parent by which it could be found.
    if (first && space === null) space = spaceOf(Number(first));
  });
  const complete = new Promise<void>((resolve) => {
    report.once("error", () => resolve()).once("close", () => resolve());
  });
  return async () => {
    await Promise.race([complete, new Promise((resolve) => setTimeout(resolve, pipesCloseMs).unref())]);
    return space;
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
