import type { z } from "zod";
import { PlatformError } from "../../ports/platform.ts";
import { type TransportOptions, transport, type WireAnswer } from "./transport.ts";

/** A path of the API, made by `path`: values in it cannot become another path. */
export type ApiPath = string & { readonly isApiPath: true };

export interface ApiRequest {
  /** What is done, in our words, for errors and records. */
  operation: string;
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: ApiPath;
  query?: Readonly<Record<string, string | number | boolean>>;
  /** Sent as JSON. */
  body?: unknown;
}

export interface ApiOptions extends TransportOptions {
  /** Without a slash at the end: `https://git.example.test/api/v1`. */
  baseUrl: string;
  /** Asked for each request, because a token may be minutes old only. Names in lower case. */
  headers: () => Promise<Readonly<Record<string, string>>>;
}

/** One platform's REST API. Every method throws `PlatformError` and nothing else. */
export interface PlatformApi {
  /** The answer in the shape of `schema`; what does not fit is a `transient` error that names the field. */
  ask<T>(request: ApiRequest, schema: z.ZodType<T>): Promise<T>;
  /** The same; null when the platform does not know it. */
  find<T>(request: ApiRequest, schema: z.ZodType<T>): Promise<T | null>;
  /** Without a look at the answer. */
  tell(request: ApiRequest): Promise<void>;
  /** All pages of a list, up to `itemsMax`; `more` says that there would be others. */
  list<T>(
    request: ApiRequest,
    schema: z.ZodType<T[]>,
    itemsMax: number,
  ): Promise<{ items: T[]; more: boolean }>;
}

/** No list that Tamma reads is longer; a server that always names a next page is left. */
const pagesMax = 100;

/**
 * `path\`/repos/${owner}/${name}\``: each value becomes one segment, whatever it holds.
 *
 * @throws PlatformError for what can be none: nothing at all, and dots, which every URL parser takes for a
 * step upwards, also when they are percent-encoded.
 */
export function path(parts: TemplateStringsArray, ...values: (string | number)[]): ApiPath {
  return parts.reduce((done, part, n) => done + segment(values[n - 1]) + part) as ApiPath;
}

function segment(value: string | number | undefined): string {
  const text = String(value);
  if (!/^\.{0,2}$/.test(text)) return encodeURIComponent(text);
  const message = `"${text}" cannot be a part of an address`;
  throw new PlatformError({ kind: "validation", operation: "path", message });
}

export function platformApi(options: ApiOptions): PlatformApi {
  const { baseUrl } = options;
  const wire = transport(options);
  const urlOf = ({ path, query = {} }: ApiRequest) => {
    const url = new URL(`${baseUrl}${path}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    return url;
  };

  async function answered(request: ApiRequest, url = urlOf(request)): Promise<WireAnswer> {
    const { operation, method, body } = request;
    const headers: Record<string, string> = { accept: "application/json", ...(await options.headers()) };
    if (body !== undefined) headers["content-type"] = "application/json";
    const text = body === undefined ? null : JSON.stringify(body);
    return wire.send({ operation, method, url, headers, body: text, readOnly: method === "GET" });
  }

  const ask: PlatformApi["ask"] = async (request, schema) =>
    shaped(request, schema, (await answered(request)).body);

  return {
    ask,
    find: async (request, schema) => {
      try {
        return await ask(request, schema);
      } catch (error) {
        if (error instanceof PlatformError && error.kind === "not-found") return null;
        throw error;
      }
    },
    tell: async (request) => {
      await answered(request);
    },
    list: async (request, schema, itemsMax) => {
      const items: z.infer<typeof schema> = [];
      let url: URL | null = urlOf(request);
      for (let pages = 0; url !== null && items.length < itemsMax && pages < pagesMax; pages += 1) {
        const answer: WireAnswer = await answered(request, url);
        items.push(...shaped(request, schema, answer.body));
        url = nextOf(answer.headers.get("link"), url);
      }
      return { items: items.slice(0, itemsMax), more: url !== null || items.length > itemsMax };
    },
  };
}

function shaped<T>({ operation }: ApiRequest, schema: z.ZodType<T>, body: string): T {
  const parsed = schema.safeParse(jsonOf(body));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join(".") || "the answer";
  const message = `not what the platform documents: ${field}: ${issue?.message}`;
  throw new PlatformError({ kind: "transient", operation, message });
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** The next page (RFC 8288); null at the end, and when it lies at another address than the last one. */
function nextOf(link: string | null, last: URL): URL | null {
  const target = /<([^<>]*)>\s*;[^,]*\brel="?next"?/.exec(link ?? "")?.[1];
  const url = target ? URL.parse(target, last) : null;
  return url && url.origin === last.origin && url.href !== last.href ? url : null;
}
