import type { Api } from "./http/api.ts";
import { createStyle, type Style } from "./render/style.ts";
import { renderJson } from "./render/text.ts";
import type { Terminal } from "./terminal.ts";

/** Options that every command takes. */
export interface GlobalOptions {
  server?: string;
  state?: string;
  json?: boolean;
  plain?: boolean;
}

export interface ApiWish {
  /** How long a request is repeated while nobody answers; the client's default when absent. */
  patienceMs?: number;
  /** Every letter as it came: for what is hashed, or goes to a file. */
  raw?: boolean;
}

/**
 * What a command works with. `api` finds the server when it is first asked for, so that usage errors come
 * first.
 */
export interface Context {
  terminal: Terminal;
  style: Style;
  json: boolean;
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Version of this command line. */
  version: string;
  /** The server's state folder as options and environment name it; it need not be there. */
  state: string;
  api: (how?: ApiWish) => Api;
}

/**
 * Text that names commands, with the name by which `tamma` is called here (`npm start` works from a clone).
 */
export function withCommandName(text: string, env: NodeJS.ProcessEnv): string {
  const name = env.TAMMA_CLI ?? "tamma";
  return text.replace(/(^|`)tamma /g, (_all, before: string) => `${before}${name} `);
}

export function styleOf(terminal: Terminal): Style {
  return createStyle(terminal);
}

/** Writes a result: as one line of JSON with `--json`, as text for people without. */
export function report(context: Context, value: unknown, text: string): void {
  if (context.json) context.terminal.out(`${renderJson(value)}\n`);
  else if (text !== "") context.terminal.out(text.endsWith("\n") ? text : `${text}\n`);
}
