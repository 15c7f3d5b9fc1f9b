import { parseArgs } from "node:util";
import { type LogLevel, parseLogLevel } from "./log.ts";

export interface ServerOptions {
  state: string;
  port: number;
  /** Where others reach the server, when a proxy or tunnel is in front; null: where it listens. */
  origin: string | null;
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
  "npm run server -- [--state DIR] [--port N] [--origin URL] [--provider-url URL] [--provider-model NAME]" +
  " [--with-parent]";

/** @throws UsageError */
export function parseServerOptions(args: string[], env: NodeJS.ProcessEnv): ServerOptions {
  const { values } = read(args);
  const logLevel = parseLogLevel(env.TAMMA_LOG ?? "info");
  if (logLevel === null)
    throw new UsageError(`TAMMA_LOG is ${env.TAMMA_LOG}; use debug, info, warn or error`);
  return {
    state: values.state ?? ".tamma",
    port: parsePort(values.port ?? String(defaultPort)),
    origin: parseOrigin(values.origin ?? env.TAMMA_ORIGIN ?? ""),
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

/**
 * The address of a proxy or tunnel in front of the server; null for an empty text.
 *
 * @throws UsageError unless it is scheme and host alone: Tamma's paths begin at the root
 */
function parseOrigin(text: string): string | null {
  if (text === "") return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  const isWeb = url?.protocol === "https:" || url?.protocol === "http:";
  if (url && isWeb && url.href === `${url.origin}/`) return url.origin;
  throw new UsageError(
    `${text} is no address of a server; give it as https://tamma.example.org, without path, query and user`,
  );
}

function read(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        state: { type: "string" },
        port: { type: "string" },
        origin: { type: "string" },
        "provider-url": { type: "string" },
        "provider-model": { type: "string" },
        "with-parent": { type: "boolean" },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
