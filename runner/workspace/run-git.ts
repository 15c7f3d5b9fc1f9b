import { spawn } from "node:child_process";
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
  const { cwd, env = {}, config = {}, input, timeoutMs = localGitTimeoutMs, signal } = options;
  const { outputBytesMax = outputBytesMaxDefault } = options;
  if (signal?.aborted) return Promise.reject(new GitFailed(args, -1, "stopped before it began"));
  return new Promise((resolve, reject) => {
    // Detached: ssh and the remote helpers are children of git, and go with its group.
    const environment = { ...gitEnvironment(process.env, config), ...env };
    const child = spawn("git", args, { cwd, env: environment, detached: true });
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
