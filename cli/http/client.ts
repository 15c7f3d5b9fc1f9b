import { randomUUID } from "node:crypto";
import { Problem } from "@tamma/core/protocol/rest.ts";
import type { z } from "zod";
import { CliError, type ExitCode, exitCodes } from "../exit-codes.ts";
import { clean, cleanDeep } from "../render/text.ts";

/** A server that restarts is back within seconds; after a minute somebody should know. */
export const networkPatienceMs = 60_000;
/** No answer of the API takes that long; a connection that says nothing has been cut. */
const answerTimeoutMs = 15_000;
const pauseFirstMs = 200;
const pauseMaxMs = 5_000;

export interface ClientOptions {
  server: string;
  token: string;
  /** Told once when the connection is lost, so that a silent wait has a reason. */
  say: (text: string) => void;
  /** Cleans every text that comes in for a terminal; scripts (`--json`) get it as it is. */
  clean?: boolean;
  patienceMs?: number;
}

/** JSON over HTTP with the local token. Every method throws `CliError` with what to do next. */
export interface Client {
  server: string;
  /** @param exact letter by letter also for a terminal: what is hashed or written to a file */
  get<S extends z.ZodType>(path: string, schema: S, exact?: boolean): Promise<z.infer<S>>;
  text(path: string): Promise<string>;
  /**
   * Sends a command. Repeated with one `Idempotency-Key` while the network is away, so it takes effect once.
   */
  send<S extends z.ZodType>(path: string, body: unknown, schema: S): Promise<z.infer<S>>;
}

export function createClient(options: ClientOptions): Client {
  const read = <S extends z.ZodType>({ text }: Answer, schema: S, exact = false): z.infer<S> => {
    const json = jsonOf(text);
    if (json === undefined) throw notTamma(options.server, text);
    const parsed = schema.safeParse(json);
    if (parsed.success) return options.clean && !exact ? cleanDeep(parsed.data) : parsed.data;
    throw new CliError({
      exitCode: exitCodes.failed,
      code: "unknown-answer",
      message: `the server's answer is not what this version understands: ${parsed.error.issues[0]?.message}`,
      todo: "use the `tamma` of the same version as the server",
    });
  };
  return {
    server: options.server,
    async get(path, schema, exact) {
      return read(await persist(options, "GET", path, {}), schema, exact);
    },
    async text(path) {
      const { text } = await persist(options, "GET", path, {});
      return options.clean ? clean(text) : text;
    },
    async send(path, body, schema) {
      const headers = { "content-type": "application/json", "idempotency-key": randomUUID() };
      return read(await persist(options, "POST", path, { headers, body: JSON.stringify(body) }), schema);
    },
  };
}

/** An answer with its whole body: one that was cut on its way counts as none. */
interface Answer {
  response: Response;
  text: string;
}

/** Tries until there is an answer of the API, good or bad, or the patience ends. */
async function persist(
  options: ClientOptions,
  method: string,
  path: string,
  init: RequestInit,
): Promise<Answer> {
  const { server, token, say, patienceMs = networkPatienceMs } = options;
  const headers = { ...init.headers, authorization: `Bearer ${token}`, accept: "application/json, */*" };
  const until = Date.now() + patienceMs;
  for (let pauseMs = pauseFirstMs, tries = 0; ; pauseMs = Math.min(pauseMs * 2, pauseMaxMs), tries++) {
    const answer = await attempt(`${server}/api/v1${path}`, { ...init, method, headers });
    if (!(answer instanceof Error) && !mayRetry(answer.response)) {
      if (answer.response.ok) return answer;
      throw refusal(answer);
    }
    const waitMs = Math.max(pauseMs, answer instanceof Error ? 0 : retryAfterMs(answer.response));
    if (Date.now() + waitMs >= until) throw unreachable(server, answer, patienceMs);
    if (tries === 0)
      say(`${describe(answer)} at ${server}; trying again for ${Math.round(patienceMs / 1000)} s`);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

async function attempt(url: string, init: RequestInit): Promise<Answer | Error> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(answerTimeoutMs) });
    return { response, text: await response.text() };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Only what says "later" is worth repeating. */
function mayRetry(response: Response): boolean {
  return (
    response.status === 429 || response.status === 502 || response.status === 503 || response.status === 504
  );
}

function retryAfterMs(response: Response): number {
  const seconds = Number(response.headers.get("retry-after") ?? "0");
  return Number.isFinite(seconds) ? seconds * 1000 : 0;
}

function describe(answer: Answer | Error): string {
  if (!(answer instanceof Error)) return `the server answers ${answer.response.status}`;
  const cause = answer.cause instanceof Error ? answer.cause : answer;
  return `no answer (${(cause as NodeJS.ErrnoException).code ?? cause.name})`;
}

function unreachable(server: string, answer: Answer | Error, patienceMs: number): CliError {
  return new CliError({
    exitCode: exitCodes.network,
    code: "network",
    message: `${describe(answer)} at ${server} for ${Math.round(patienceMs / 1000)} s`,
    todo: "start the server with `npm start`, or name another with --server or TAMMA_SERVER",
    cause: answer instanceof Error ? answer : answer.response,
  });
}

/** Undefined when it is no JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A sign-in page of the network, or another program on that port. */
function notTamma(server: string, text: string): CliError {
  const what = /^\s*</.test(text) ? "a web page" : "something that is no JSON";
  return new CliError({
    exitCode: exitCodes.network,
    code: "not-tamma",
    message: `${server} answers with ${what}`,
    todo: "check that --server names a Tamma server, and what stands between here and there (proxy, sign-in)",
  });
}

function refusal({ response, text }: Answer): CliError {
  const problem = Problem.safeParse(jsonOf(text));
  if (!problem.success)
    return new CliError({
      exitCode: exitCodeOf(response.status),
      code: `http-${response.status}`,
      message: `the server answered ${response.status} ${response.statusText}`,
      todo: "check that --server names a Tamma server",
    });
  const { detail, todo, code } = problem.data;
  return new CliError({ exitCode: exitCodeOf(response.status), code, message: detail, todo });
}

function exitCodeOf(status: number): ExitCode {
  return status === 401 ? exitCodes.signIn : exitCodes.failed;
}
