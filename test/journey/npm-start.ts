import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { projectNode, root, type Started } from "./processes.ts";

/** One `npm start` to its end. */
export interface Run {
  /** What the shell is told; null when a signal ended it. */
  code: number | null;
  /** Standard output: the first screen, results, the summary. */
  out: string;
  /** Standard error: progress, questions, errors. */
  err: string;
}

/**
 * A folder in which a stranger calls `npm start`, with a home of their own and nothing of ours on the PATH.
 */
export interface Desk extends AsyncDisposable {
  readonly folder: string;
  /** The state folder of every start; not there before the first one. */
  readonly state: string;
  /** Starts and leaves it running. */
  start(args: string[], env?: Record<string, string>): Started & { ended: Promise<Run> };
  /** Starts and waits for the end. */
  run(args: string[], env?: Record<string, string>): Promise<Run>;
  /** A command of `tamma` for the server that runs on the state folder. */
  tamma(...args: string[]): Promise<Run>;
  /** Command lines of the processes that live and know this folder. */
  left(): string[];
}

export function openDesk(): Desk {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "tamma-start-")));
  const state = join(folder, "state");
  const home = join(folder, "home");
  mkdirSync(home);
  writeFileSync(join(home, ".gitconfig"), "[user]\n\tname = Mia\n\temail = mia@example.test\n");
  // Not the tests' own environment: its NODE_ENV, its npm variables and its Node are not what a user has.
  const env = { PATH: strangersPath(), HOME: home, LANG: "C.UTF-8" };
  const running = new Set<ChildProcess>();
  const launch = (command: string, args: string[], more: Record<string, string> = {}) => {
    const child = spawn(command, args, { cwd: root, env: { ...env, ...more } });
    running.add(child);
    const started = follow(child);
    void started.ended.finally(() => running.delete(child));
    return started;
  };
  const start: Desk["start"] = (args, more) => {
    const port = args.includes("--port") ? [] : ["--port", "0"];
    // The machine's Node, by name, as npm would call it: it may be one that runs no TypeScript.
    return launch("node", ["scripts/start.mjs", "--state", state, ...port, ...args], more);
  };
  return {
    folder,
    state,
    start,
    run: (args, more) => start(args, more).ended,
    tamma: (...args) => launch(projectNode, ["cli/main.ts", "--state", state, ...args]).ended,
    left: () => livingProcesses(folder),
    async [Symbol.asyncDispose]() {
      // A test that failed in the middle leaves its start running.
      await Promise.all([...running].map((child) => follow(child).stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function follow(child: ChildProcess): Started & { ended: Promise<Run> } {
  const run: Run = { code: child.exitCode, out: "", err: "" };
  child.stdin?.end();
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    run.out += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    run.err += text;
  });
  const ended = new Promise<Run>((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => done({ ...run, code }));
  });
  return {
    process: child,
    output: () => run.out + run.err,
    ended,
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      return (await ended).code;
    },
  };
}

/** The PATH of these tests without the folders of this repository, which npm and vitest put before it. */
function strangersPath(): string {
  const parts = (process.env.PATH ?? "").split(delimiter);
  return parts.filter((part) => !part.startsWith(root)).join(delimiter);
}

/** By environment, because HOME lies in the folder and every child inherits it, and by command line. */
function livingProcesses(folder: string): string[] {
  if (!existsSync("/proc/self/environ"))
    return execFileSync("ps", ["-Aww", "-o", "args="], { encoding: "utf8" })
      .split("\n")
      .filter((line) => line.includes(folder));
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    const line = readOr(`/proc/${pid}/cmdline`);
    return `${line}\n${readOr(`/proc/${pid}/environ`)}`.includes(folder) ? [line.replaceAll("\0", " ")] : [];
  });
}

function readOr(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // It ended meanwhile, or belongs to somebody else.
    return "";
  }
}

/** The sample's tests, as anybody would run them there. */
export function passesItsOwnTests(sample: string): boolean {
  // The outer test run marks its children, and node:test would then change its report.
  const env = { PATH: process.env.PATH ?? "" };
  const report = execFileSync(projectNode, ["--test", "--test-reporter=tap"], { cwd: sample, env });
  return /^# fail 0$/m.test(report.toString());
}
