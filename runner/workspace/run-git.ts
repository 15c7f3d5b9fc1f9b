import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { gitEnvironment } from "./git-environment.ts";
import { GitFailed } from "./git-failed.ts";

/** Work on local objects; big repositories take seconds, a hung disk takes for ever. */
export const localGitTimeoutMs = 120_000;
/** Clone, fetch, push: the slowest sensible first clone of a big repository. */
export const transferTimeoutMs = 600_000;
/** A diff is refused at 10 MB; nothing else that we read from git is bigger. */
const outputBytesMaxDefault = 64_000_000;

export interface GitOutcome {
  exitCode: number;
  stdout: Uint8Array;
  stderr: string;
}

export interface GitOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Settings of this call alone; they win over every file. */
  config?: Record<string, string>;
  /** More output than this ends git; 64 MB when it is not given. */
  outputBytesMax?: number;
  input?: string | Uint8Array;
  timeoutMs?: number;
  signal?: AbortSignal;
}

/**
 * Runs git in `gitEnvironment` and in its own process group, and answers whatever its exit code is.
 *
 * @throws GitFailed when git could not be started, was stopped by `signal`, or did not end in time.
 */
export function attemptGit(args: readonly string[], options: GitOptions = {}): Promise<GitOutcome> {
  return run(["git", ...args], args, options);
}

export interface SeveralOptions extends GitOptions {
  /** True: nothing runs after the first that does not end with 0. */
  stopAtFailure?: boolean;
}

/**
 * Runs several gits one after the other, and answers the outcome of each that ran. One process of ours for
 * all of them: to start one from Node takes longer than most gits run. At most one of them may read `input`.
 * What they say on stderr cannot be told apart, so each outcome has all of it.
 *
 * @throws as `attemptGit`.
 */
export async function attemptGits(
  steps: readonly string[][],
  { stopAtFailure = false, ...options }: SeveralOptions = {},
): Promise<GitOutcome[]> {
  if (steps.length === 0) return [];
  // Stands between the outputs; a project cannot know it, so it cannot print it.
  const mark = `--${randomUUID()}--`;
  const script = steps
    .map((args) => ["git", ...args].map(quoted).join(" "))
    .map(
      (line) =>
        `${line}; e=$?; printf '%s%d\\0' '${mark}' $e${stopAtFailure ? "; [ $e = 0 ] || exit 0" : ""}`,
    )
    .join("\n");
  const words = steps.flatMap((args, i) => (i === 0 ? args : ["; git", ...args]));
  const { stdout, stderr } = await run(["sh", "-c", script], words, options);
  return split(Buffer.from(stdout), mark).map((outcome) => ({ ...outcome, stderr }));
}

/** The outputs that end in `mark`, an exit code and NUL. */
function split(printed: Buffer, mark: string): { stdout: Uint8Array; exitCode: number }[] {
  const found: { stdout: Uint8Array; exitCode: number }[] = [];
  for (let at = 0; ; ) {
    const end = printed.indexOf(mark, at);
    if (end < 0) return found;
    const next = printed.indexOf(0, end);
    found.push({
      stdout: printed.subarray(at, end),
      exitCode: Number(printed.subarray(end + mark.length, next).toString()),
    });
    at = next + 1;
  }
}

/** One word for a POSIX shell, whatever it holds (section 2.2.2 of the shell's standard). */
const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

/** `args`: what messages call it. */
function run(
  [command, ...rest]: [string, ...string[]],
  args: readonly string[],
  options: GitOptions,
): Promise<GitOutcome> {
  const { cwd, env = {}, config = {}, input, timeoutMs = localGitTimeoutMs, signal } = options;
  const { outputBytesMax = outputBytesMaxDefault } = options;
  if (signal?.aborted) return Promise.reject(new GitFailed(args, -1, "stopped before it began"));
  return new Promise((resolve, reject) => {
    // Detached: ssh and the remote helpers are children of git, and go with its group.
    const environment = { ...gitEnvironment(process.env, config), ...env };
    const child = spawn(command, rest, { cwd, env: environment, detached: true });
    const out: Buffer[] = [];
    let err = "";
    let size = 0;
    let endedBy: string | null = null;
    const end = (why: string) => {
      endedBy ??= why;
      try {
        if (child.pid) process.kill(-child.pid, "SIGKILL");
      } catch {
        // The group is gone already.
      }
    };
    const stop = () => end("stopped");
    const timer = setTimeout(() => end(`not finished after ${timeoutMs / 1000} s`), timeoutMs);
    signal?.addEventListener("abort", stop, { once: true });
    const settle = (act: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      act();
    };
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > outputBytesMax) end(`printed more than ${outputBytesMax} bytes`);
      else out.push(chunk);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err = (err + text).slice(-20_000);
    });
    child.on("error", (cause) => {
      const todo = "code" in cause && cause.code === "ENOENT" ? " Install git, or put it on the PATH." : "";
      settle(() => reject(new GitFailed(args, -1, `${cause.message}.${todo}`)));
    });
    child.on("close", (code) => {
      if (endedBy) settle(() => reject(new GitFailed(args, -1, endedBy ?? "")));
      else settle(() => resolve({ exitCode: code ?? -1, stdout: Buffer.concat(out), stderr: err }));
    });
    // Git may end without reading all of it.
    child.stdin.on("error", () => {});
    child.stdin.end(input ?? "");
  });
}

/** Standard output as text. @throws GitFailed on any exit code but 0. */
export async function runGit(args: readonly string[], options: GitOptions = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await attemptGit(args, options);
  if (exitCode !== 0) throw new GitFailed(args, exitCode, stderr);
  return textOf(stdout);
}

/** Bytes that git printed, as text; what is not UTF-8 becomes the replacement character. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }).decode(bytes);
}
