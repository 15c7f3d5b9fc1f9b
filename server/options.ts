import { parseArgs } from "node:util";
import { type LogLevel, parseLogLevel } from "./log.ts";

export interface ServerOptions {
  state: string;
  port: number;
  /**
   * An endpoint that speaks Anthropic's protocol; null for the one of the environment, or Anthropic's own.
   */
  providerUrl: string | null;
  providerModel: string | null;
  withParent: boolean;
  logLevel: LogLevel;
}

/** The command line cannot be understood; nothing was done. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const defaultPort = 4747;
const portMax = 65_535;

export const usage =
  "npm run server -- [--state DIR] [--port N] [--provider-url URL] [--provider-model NAME] [--with-parent]";

/** @throws UsageError */
export function parseServerOptions(args: string[], env: NodeJS.ProcessEnv): ServerOptions {
  const { values } = read(args);
  const logLevel = parseLogLevel(env.TAMMA_LOG ?? "info");
  if (logLevel === null)
    throw new UsageError(`TAMMA_LOG is ${env.TAMMA_LOG}; use debug, info, warn or error`);
  return {
    state: values.state ?? ".tamma",
    port: parsePort(values.port ?? String(defaultPort)),
    providerUrl: values["provider-url"] ?? null,
    providerModel: values["provider-model"] ?? null,
    withParent: values["with-parent"] ?? false,
    logLevel,
  };
}

/** @throws UsageError unless `text` is a port number; 0 means "a free one". */
export function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= portMax) return port;
  throw new UsageError(`--port ${text} is no port; give a number from 0 (a free one) to ${portMax}`);
}

function read(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        state: { type: "string" },
        port: { type: "string" },
        "provider-url": { type: "string" },
        "provider-model": { type: "string" },
        "with-parent": { type: "boolean" },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
