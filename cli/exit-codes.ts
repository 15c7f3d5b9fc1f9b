/** What the shell learns. Documented with the command line; scripts depend on them. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  waiting: 3,
  escalated: 4,
  signIn: 5,
  network: 6,
  /** 128 + SIGINT, as shells have it. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A command that cannot go on: what happened and why, the next thing to do, and what the shell is told. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: ExitCode;
  readonly todo: string;
  readonly code: string;

  constructor(problem: {
    exitCode: ExitCode;
    message: string;
    todo: string;
    code?: string;
    cause?: unknown;
  }) {
    super(problem.message, { cause: problem.cause });
    this.exitCode = problem.exitCode;
    this.todo = problem.todo;
    this.code = problem.code ?? "failed";
  }
}

/** The command line itself is wrong; nothing was sent. */
export function usageError(message: string, todo = "see `tamma --help`"): CliError {
  return new CliError({ exitCode: exitCodes.usage, message, todo, code: "usage" });
}
