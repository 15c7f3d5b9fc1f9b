import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { CliError, exitCodes } from "../exit-codes.ts";

export interface Target {
  /** Origin without a slash at the end. */
  server: string;
  token: string;
}

export interface TargetOptions {
  server?: string | undefined;
  state?: string | undefined;
}

const ServerFile = z.object({ url: z.string() });
const stateDefault = ".tamma";

/**
 * Where to send commands and with which token: options first, then `TAMMA_SERVER` and `TAMMA_TOKEN`, then
 * what a running server wrote into its state folder.
 *
 * @throws CliError `network` when no server is known, `sign-in` when no token is
 */
export function findTarget(options: TargetOptions, env: NodeJS.ProcessEnv, cwd: string): Target {
  const state = stateFolder(options, env, cwd);
  // A folder that was named goes before the environment: whoever names it means that server.
  const named = options.state !== undefined;
  const server = options.server ?? (named ? serverOf(state) : null) ?? env.TAMMA_SERVER ?? serverOf(state);
  if (!server)
    throw new CliError({
      exitCode: exitCodes.network,
      code: "no-server",
      message: `no server runs on the state folder ${state}`,
      todo: "start one with `npm start`, or name it with --server or TAMMA_SERVER",
    });
  const token = (named ? tokenOf(state) : null) ?? env.TAMMA_TOKEN ?? tokenOf(state);
  if (!token)
    throw new CliError({
      exitCode: exitCodes.signIn,
      code: "no-token",
      message: `there is no token: ${join(state, "token")} cannot be read and TAMMA_TOKEN is not set`,
      todo: "name the server's state folder with --state, or set TAMMA_TOKEN",
    });
  return { server: server.replace(/\/+$/, ""), token };
}

/** The state folder that is meant, whether it is there or not. */
export function stateFolder(options: TargetOptions, env: NodeJS.ProcessEnv, cwd: string): string {
  return resolve(cwd, options.state ?? env.TAMMA_STATE ?? stateDefault);
}

function serverOf(state: string): string | null {
  const text = read(join(state, "server.json"));
  if (text === null) return null;
  try {
    return ServerFile.parse(JSON.parse(text)).url;
  } catch {
    // Torn by a crash; the same as none.
    return null;
  }
}

function tokenOf(state: string): string | null {
  return read(join(state, "token"))?.trim() || null;
}

function read(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
