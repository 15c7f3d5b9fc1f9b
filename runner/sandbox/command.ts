import type { Protection } from "@tamma/core/domain/loop/evidence.ts";

export interface CommandOptions {
  /** Folder to run in: inside the job's folder. */
  cwd: string;
  /** Variables besides the cleaned allow-list (PATH, LANG, TERM, private HOME and TMPDIR). */
  env?: Record<string, string>;
  timeoutMs: number;
  /**
   * Why this command needs the network: `setup` installs what the project needs, `audit` asks for known
   * weaknesses of it. All others have none, where the protection can shut it off.
   */
  network?: "setup" | "audit";
  /** Kept output per stream in bytes; the middle is cut. */
  outputBytesMax?: number;
  stdin?: string;
  signal?: AbortSignal;
  onOutput?: (text: string) => void;
}

export interface CommandResult {
  argv: string[];
  /** -1 when the command could not be started or was ended by us. */
  exitCode: number;
  stdout: string;
  stderr: string;
  ms: number;
  ended: "exit" | "timeout" | "stopped" | "spawn-error";
}

/**
 * Runs the project's commands in their own process group; every process of the group is gone when it
 * resolves.
 */
export interface Commands {
  readonly protection: Protection;
  /** A line of shell, as a `.tamma.yml` holds it. */
  shell(line: string, options: CommandOptions): Promise<CommandResult>;
  run(argv: string[], options: CommandOptions): Promise<CommandResult>;
}
