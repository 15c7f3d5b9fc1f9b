import { Octokit } from "@octokit/core";
import { paginateRest } from "@octokit/plugin-paginate-rest";
import { restEndpointMethods } from "@octokit/plugin-rest-endpoint-methods";
import { z } from "zod";
import { PlatformError } from "../../ports/platform.ts";
import { AnswerError, type Transport, type WireAnswer, type WireRequest } from "../_shared/transport.ts";
import { entryOf } from "../_shared/webhook-reading.ts";
import { parseJson, shaped } from "./answers.ts";

/** The version of the REST API that is spoken. Source: GitHub Docs, "API Versions". */
const apiVersion = "2022-11-28";
/** No list that Tamma reads is longer; a server that always names a next page is left. */
export const pagesMax = 100;
export const pageSize = 100;

/** What a request is allowed by. */
export interface Authorization {
  /** The value of the header `Authorization`. */
  header(): Promise<string>;
  /** Forgets the token that was refused; false when there is no other to be had. */
  renew(): boolean;
}

const Client = Octokit.plugin(restEndpointMethods, paginateRest);
type Endpoints = InstanceType<typeof Client>;

/** Pages of a list, as Octokit reads one after another. */
export type Pages = AsyncIterable<{ data: unknown }>;

/** GitHub's API. Whatever it throws is a `PlatformError` that names the operation. */
export interface GithubClient {
  /** Its endpoints with their types; what goes wrong is told under `operation`. */
  on(operation: string): Endpoints["rest"];
  /** All items of a list, page by page; at most `itemsMax`, then the rest is left. */
  all<T>(operation: string, pages: Pages, item: z.ZodType<T>, itemsMax?: number): Promise<T[]>;
  /** The first item that fits, without the pages behind it; null when there is none. */
  first<T>(
    operation: string,
    pages: Pages,
    item: z.ZodType<T>,
    fits: (item: T) => boolean,
  ): Promise<T | null>;
  pages(operation: string): Endpoints["paginate"]["iterator"];
  /** @throws PlatformError also for an answer with `errors`, whose status is 200 */
  graphql<T>(
    ask: { operation: string; query: string; variables: Record<string, unknown>; readOnly?: boolean },
    schema: z.ZodType<T>,
  ): Promise<T>;
  /** Sends a request whose answer is a redirect, and does not follow it. */
  around(operation: string, path: string): Promise<WireAnswer>;
  readonly transport: Transport;
  readonly baseUrl: string;
}

/** A request as Octokit makes it. */
interface Made {
  method: string;
  url: string;
  headers: Record<string, string | number | undefined>;
  body?: unknown;
}

/** @param baseUrl without a slash at the end: `https://api.github.com`, `https://HOST/api/v3` */
export function githubClient(baseUrl: string, transport: Transport, auth: Authorization): GithubClient {
  const clients = new Map<string, Endpoints>();

  async function authorized(request: WireRequest, around = false) {
    const send = async () => {
      const headers = { ...request.headers, authorization: await auth.header() };
      return transport.send({ ...request, headers }, around);
    };
    try {
      return await send();
    } catch (error) {
      // Nothing was done: a token that was taken back is replaced once.
      if (error instanceof AnswerError && error.status === 401 && auth.renew()) return send();
      throw error;
    }
  }

  const client = (operation: string): Endpoints => {
    const known = clients.get(operation);
    if (known) return known;
    const made = new Client({ baseUrl, userAgent: "tamma", log: silent });
    made.hook.wrap("request", async (_request, options) => {
      const wire = wireOf(operation, baseUrl, made.request.endpoint.parse(options) as Made);
      const answer = await authorized(wire);
      const data = isJson(answer) ? parseJson(operation, answer.body) : answer.body;
      const headers = Object.fromEntries(answer.headers);
      return { status: answer.status, url: wire.url.href, headers, data } as never;
    });
    clients.set(operation, made);
    return made;
  };

  return {
    transport,
    baseUrl,
    on: (operation) => client(operation).rest,
    pages: (operation) => client(operation).paginate.iterator,
    async all(operation, pages, item, itemsMax = pagesMax * pageSize) {
      const items = [];
      for await (const one of itemsOf(operation, pages, item)) {
        items.push(one);
        if (items.length >= itemsMax) break;
      }
      return items;
    },
    async first(operation, pages, item, fits) {
      for await (const one of itemsOf(operation, pages, item)) if (fits(one)) return one;
      return null;
    },
    around: (operation, path) =>
      authorized(wireOf(operation, baseUrl, { method: "GET", url: `${baseUrl}${path}`, headers: {} }), true),
    graphql: async ({ operation, query, variables, readOnly = false }, schema) => {
      const url = `${baseUrl.replace(/\/api\/v3$/, "/api")}/graphql`;
      const body = { query, variables };
      const wire = { ...wireOf(operation, baseUrl, { method: "POST", url, headers: {}, body }), readOnly };
      return graphqlData(transport, operation, await authorized(wire), schema);
    },
  };
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

async function* itemsOf<T>(operation: string, pages: Pages, item: z.ZodType<T>): AsyncGenerator<T> {
  let count = 0;
  for await (const { data } of pages) {
    yield* shaped(operation, item.array(), data);
    count += 1;
    if (count >= pagesMax) return;
  }
}

/**
 * @throws PlatformError for an address that is not the API's own: with dots in a path that lead elsewhere, or
 * a next page on another server, which must not see the token
 */
function wireOf(operation: string, baseUrl: string, { method, url, headers, body }: Made): WireRequest {
  const target = URL.parse(url);
  const api = new URL(baseUrl);
  const [path = ""] = url.slice(target?.origin.length ?? 0).split(/[?#]/);
  if (!target || target.origin !== api.origin || target.pathname !== path || path.includes("//")) {
    const message = "a value in it cannot be a part of an address";
    throw new PlatformError({ kind: "validation", operation, message });
  }
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  const json = body === undefined ? {} : { "content-type": "application/json" };
  return {
    ...{ operation, method, url: target, readOnly: method === "GET", secrets: secretsIn(body) },
    headers: {
      ...{ accept: "application/vnd.github+json", "user-agent": "tamma" },
      ...{ ...Object.fromEntries(given), "x-github-api-version": apiVersion, ...json },
    },
    body: body === undefined ? null : JSON.stringify(body),
  };
}

const hook = z.object({ config: z.object({ secret: z.string() }) });

/** The only secret that is sent in a body is a webhook's. */
function secretsIn(body: unknown): string[] {
  const found = hook.safeParse(body);
  return found.success ? [found.data.config.secret] : [];
}

function isJson({ headers, body }: WireAnswer): boolean {
  return body !== "" && /\bjson\b/.test(headers.get("content-type") ?? "json");
}

/** Statuses that say the same as GitHub's name of what went wrong in a query, whose own status is 200. */
const statuses: Readonly<Record<string, number>> = {
  ...{ NOT_FOUND: 404, FORBIDDEN: 403, INSUFFICIENT_SCOPES: 403, RATE_LIMITED: 429, RATE_LIMIT: 429 },
  ...{ UNPROCESSABLE: 422, STALE_DATA: 409, SERVICE_UNAVAILABLE: 503, INTERNAL: 500 },
};

const failed = z.object({
  errors: z.array(z.object({ type: z.string().optional(), message: z.string() })).min(1),
});

function graphqlData<T>(
  transport: Transport,
  operation: string,
  { headers, body }: WireAnswer,
  schema: z.ZodType<T>,
): T {
  const answer = parseJson(operation, body);
  const { data: told } = failed.safeParse(answer);
  const [first] = told?.errors ?? [];
  if (!first) return shaped(operation, answered(schema), answer).data;
  const status = entryOf(statuses, first.type ?? "") ?? 422;
  throw transport.refusal(operation, status, { headers, body: JSON.stringify({ message: first.message }) });
}

const answered = <T>(data: z.ZodType<T>) => z.object({ data });
