import { githubApiUrl } from "@tamma/core/platforms/connect.ts";
import type { Dialect } from "./world.ts";

/** Somebody's calls to a platform's public API, as he would make them without Tamma. */
export interface Api {
  readonly token: string;
  /** The answer's JSON; undefined for none. @throws ApiRefused on an answer of 400 and above */
  call(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Null for an answer of 404. */
  find(path: string): Promise<unknown>;
  /** All pages of a list. */
  list(path: string): Promise<Json[]>;
}

export type Json = Readonly<Record<string, unknown>>;

export class ApiRefused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Public servers are far away; one that is silent for so long is down. */
const answerTimeoutMs = 30_000;
const pageItems = 50;

/** @param baseUrl where people reach it, without a slash at the end */
export function apiOf(platform: Dialect, baseUrl: string, token: string): Api {
  const root = platform === "github" ? githubApiUrl(baseUrl) : `${baseUrl}/api/v1`;
  const call: Api["call"] = async (method, path, body) => {
    const answer = await fetch(`${root}${path}`, {
      method,
      headers: {
        authorization: platform === "github" ? `Bearer ${token}` : `token ${token}`,
        ...{ accept: "application/json", "content-type": "application/json" },
        "user-agent": "tamma-conformance",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    const text = await answer.text();
    if (!answer.ok)
      throw new ApiRefused(answer.status, `${method} ${path}: ${answer.status} ${text.slice(0, 500)}`);
    return text === "" ? undefined : JSON.parse(text);
  };
  return {
    ...{ token, call },
    find: async (path) => {
      try {
        return await call("GET", path);
      } catch (error) {
        if (error instanceof ApiRefused && error.status === 404) return null;
        throw error;
      }
    },
    list: async (path) => {
      const all: Json[] = [];
      const size = platform === "github" ? "per_page" : "limit";
      for (let page = 1; ; page += 1) {
        const query = `${path.includes("?") ? "&" : "?"}${size}=${pageItems}&page=${page}`;
        const items = ((await call("GET", `${path}${query}`)) ?? []) as Json[];
        all.push(...items);
        if (items.length < pageItems) return all;
      }
    },
  };
}

/** A text of an answer, which has to be there. */
export function textIn(of: unknown, name: string): string {
  const value = (of as Json | null | undefined)?.[name];
  if (typeof value === "string") return value;
  throw new Error(`the answer has no text ${name}: ${JSON.stringify(of)?.slice(0, 300)}`);
}

/** A number of an answer, which has to be there. */
export function numberIn(of: unknown, name: string): number {
  const value = (of as Json | null | undefined)?.[name];
  if (typeof value === "number") return value;
  throw new Error(`the answer has no number ${name}: ${JSON.stringify(of)?.slice(0, 300)}`);
}
