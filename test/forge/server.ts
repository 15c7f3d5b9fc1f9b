import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Fault } from "./faults.ts";
import { Refusal } from "./model/refusal.ts";
import type { Token } from "./model/types.ts";
import { type Found, router } from "./routing.ts";
import { send } from "./sending-answers.ts";
import { gitPathOf, serveGit } from "./serve-git.ts";
import type { Answer, Call, State } from "./state.ts";
import type { Validator } from "./validate.ts";
import { visible } from "./visible.ts";

/** One request that came in by the API, and what it was answered; null: the connection was cut. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query as they came. */
  readonly path: string;
  /** Method and path as the contract writes them; what is not simulated stands as it came. */
  readonly route: string;
  readonly status: number | null;
}

export interface Listening {
  readonly origin: string;
  readonly close: () => Promise<void>;
}

/** Opens a port, before there is anything to answer with. */
export async function listen(
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<Listening> {
  const server: Server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { "content-type": "text/plain" });
      response.end(`The simulator failed: ${error instanceof Error ? error.stack : String(error)}`);
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

export interface Serving {
  readonly state: State;
  readonly validator: Validator;
  readonly requests: SeenRequest[];
}

/** Answers everything that comes in for one forge. */
export function answering({ state, validator, requests }: Serving) {
  const tables = [
    { prefix: state.dialect.apiPath, find: router(state.dialect.routes) },
    ...state.dialect.others.map(({ prefix, routes }) => ({ prefix, find: router(routes) })),
  ];
  const turns = new Map<string, Promise<unknown>>();
  /** Changes of one repository happen one after another, as they do under a real one's locks. */
  const inTurn = <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const next = (turns.get(key) ?? Promise.resolve()).then(work, work);
    turns.set(
      key,
      next.catch(() => undefined),
    );
    return next;
  };
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", state.origin);
    const git = gitPathOf(url);
    if (git) {
      const serve = () => serveGit(state, request, response, git);
      const isPush = git.rest === "/git-receive-pack";
      return isPush ? inTurn(`${git.owner}/${git.name}`.toLowerCase(), serve) : serve();
    }
    if (url.pathname.startsWith("/download/")) return serveTicket(state, url, response);
    const table = tables.find(({ prefix }) => url.pathname.startsWith(`${prefix}/`));
    if (!table) return send(response, { status: 404, body: "There is no page here." });
    const path = url.pathname.slice(table.prefix.length);
    const method = request.method ?? "GET";
    const found = table.find(method, path);
    const route = `${method} ${found?.route.path ?? path}`;
    const seen = { method, path: request.url ?? "", route, status: null as number | null };
    requests.push(seen);
    const raw = await bodyOf(request);
    const fault = state.faults.of(method, `${path}${url.search}`);
    const instead = await met(state, fault, response);
    if (instead === "cut") return;
    const call = found && callOf(state, request, { found, url, path, raw });
    const work = () => (call ? answered(state, call, found) : Promise.resolve(unknown(state, method, path)));
    const key = method === "GET" ? null : `${found?.params.owner}/${found?.params.repo}`.toLowerCase();
    const answer = instead ?? (key === null ? await work() : await inTurn(key, work));
    if (call && !instead) {
      const { query, json: body } = call;
      const exchange = { method, path: found.route.path, query, body, status: answer.status };
      validator.check({ ...exchange, answer: answer.body });
    }
    if (fault && "cut" in fault) return void response.destroy();
    seen.status = answer.status;
    send(response, { ...answer, headers: { ...headersFor(state, call), ...answer.headers } });
  };
}

function headersFor(state: State, call: Call | null): Record<string, string> {
  return state.dialect.headers(state, call?.token ?? null);
}

function unknown(state: State, method: string, path: string): Answer {
  const message = `${method} ${path} is not simulated on ${state.dialect.name}. Add a route to test/forge.`;
  return { status: 501, body: { message } };
}

/** What a fault makes of a request before any work is done; null: the work is done. */
async function met(
  state: State,
  fault: Fault | null,
  response: ServerResponse,
): Promise<Answer | "cut" | null> {
  if (!fault) return null;
  if ("slowMs" in fault) {
    await new Promise((resolve) => setTimeout(resolve, fault.slowMs));
    return null;
  }
  if ("cut" in fault) {
    if (fault.cut === "after") return null;
    response.destroy();
    return "cut";
  }
  if ("page" in fault) {
    const body = "<!DOCTYPE html><title>Bad Gateway</title><h1>Bad Gateway</h1>";
    return { status: fault.page, body, headers: { "content-type": "text/html; charset=utf-8" } };
  }
  if ("rateLimit" in fault) return state.dialect.limited(fault.rateLimit);
  if ("secondaryLimitSeconds" in fault)
    return state.dialect.limited({ seconds: fault.secondaryLimitSeconds });
  return fault;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

type Incoming = { found: Found; url: URL; path: string; raw: Buffer };

/** A call; what is wrong with its token or body is thrown when it is asked for. */
function callOf(state: State, request: IncomingMessage, { found, url, path, raw }: Incoming): Call {
  let json: unknown;
  let token: Token | null = null;
  let broken: unknown = null;
  try {
    token = state.dialect.identify(request.headers, state);
    json = raw.length === 0 ? undefined : JSON.parse(raw.toString("utf8"));
  } catch (error) {
    broken = error instanceof Refusal ? error : new Refusal("validation", "Problems parsing JSON");
  }
  const { params } = found;
  const isObject = typeof json === "object" && json !== null && !Array.isArray(json);
  return {
    ...{ state, params, token, json, query: url.searchParams, headers: request.headers },
    ...{ method: request.method ?? "GET", path: `${path}${url.search}` },
    body: isObject ? (json as Record<string, unknown>) : {},
    actor: () => {
      if (broken) throw broken;
      if (!token) throw new Refusal("unauthenticated", "Requires authentication");
      return token.user;
    },
    repository: () => {
      if (broken) throw broken;
      return visible(state, token, `${params.owner}/${params.repo}`);
    },
  };
}

async function answered(state: State, call: Call, { route }: Found): Promise<Answer> {
  try {
    if (route.access.level !== "nobody" && route.access.level !== "app") call.actor();
    state.dialect.authorize(call, route.access);
    return await route.run(call);
  } catch (error) {
    if (error instanceof Refusal) return state.dialect.refuse(error, state);
    throw error;
  }
}

function serveTicket(state: State, url: URL, response: ServerResponse): void {
  const ticket = state.tickets.get(url.pathname.slice("/download/".length));
  if (!ticket || ticket.until < state.model.now()) {
    return send(response, { status: 403, body: "This address is not valid any more." });
  }
  send(response, { status: 200, body: ticket.text });
}
