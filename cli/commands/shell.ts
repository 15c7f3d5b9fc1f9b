import type { Context } from "../context.ts";
import type { ExitCode } from "../exit-codes.ts";

/**
 * Turns a command into what commander calls: the context is made, the exit code kept, errors are told in one
 * place.
 */
export interface Shell {
  act<A extends unknown[]>(
    command: (context: Context, ...args: A) => Promise<ExitCode>,
  ): (...args: A) => Promise<void>;
}
