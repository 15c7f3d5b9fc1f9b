import type { z } from "zod";
import type { Instant } from "../../domain/ids.ts";
import type { PlatformUser } from "../../domain/platform/webhook.ts";
import { PlatformError } from "../../ports/platform.ts";
import { type ApiPath, type ApiRequest, type PlatformApi, path, platformApi } from "../_shared/api.ts";
import { once } from "../_shared/once.ts";
import { nothingStands, type Standing } from "../_shared/standing.ts";
import { type Transport, transport } from "../_shared/transport.ts";
import * as shapes from "./shapes.ts";
import { type Features, featuresOf } from "./version.ts";

export interface GiteaOptions {
  /** Where people see Gitea, without a slash at the end: `https://git.example.test`. */
  url: string;
  /** An access token with `write:repository`, `write:issue` and `read:user`. */
  token: string;
  /** `owner/name` */
  repository: string;
  fetch: typeof globalThis.fetch;
  now: () => Instant;
  pause: (ms: number) => Promise<void>;
  /** Counts what a loop costs the platform; one call per request that was really sent. */
  sent?: (request: { operation: string; method: string; path: string }) => void;
  /** What is known of the server already; absent: nothing. */
  standing?: Standing;
}

/** One repository of one Gitea, as its API shows it to one token. */
export interface Connection {
  readonly api: PlatformApi;
  readonly version: string;
  readonly can: Features;
  /** Items of one page, as the server allows. */
  readonly pageSize: number;
  readonly now: () => Instant;
  readonly pause: (ms: number) => Promise<void>;
  /** A path in the repository, as `path` makes it. */
  at(parts: TemplateStringsArray, ...values: (string | number)[]): ApiPath;
  readonly owner: string;
  readonly standing: Standing;
  /** What the platform said last of the labels of an issue, by its number. */
  readonly labelled: Map<number, readonly Label[]>;
  /** Whose token it is; asked once. */
  me(): Promise<PlatformUser>;
  /** The branch whose rules count for a loop; asked once. */
  defaultBranch(): Promise<string>;
  /** Items of a list page by page, so that whoever has found enough can leave. */
  each<T>(request: ListRequest, schema: z.ZodType<T[]>): AsyncGenerator<T>;
  /** All items of a list, at most `itemsMax`. */
  all<T>(request: ListRequest, schema: z.ZodType<T[]>, itemsMax?: number): Promise<T[]>;
  /** An answer that is text. */
  text(operation: string, path: ApiPath): Promise<string>;
  /** The end of an answer that is text and may be long. */
  textEnd(operation: string, path: ApiPath, bytesMax: number): Promise<string>;
}

export interface Label {
  readonly id: number;
  readonly name: string;
}

export interface ListRequest extends Pick<ApiRequest, "operation" | "path" | "query"> {
  /** Gitea takes something out of a page after it has cut it, so that one may be short and not the last. */
  readonly gaps?: boolean;
}

/** More than a repository's labels, hooks or a pull request's reviews; what is longer loses its rest. */
const itemsMaxOfList = 5_000;
/** Gitea's own default for the most of one page is 50; administrators choose others. */
const pageSizeMax = 100;
/** Gitea's default page, for a server that does not tell its settings. */
const pageSizeUntold = 30;

/** @throws PlatformError for a server that cannot be reached, is too old, or refuses the token */
export async function connect(options: GiteaOptions): Promise<Connection> {
  const { now, pause, token } = options;
  const baseUrl = `${options.url.replace(/\/+$/, "")}/api/v1`;
  const authorization = { authorization: `token ${token}` };
  const [owner = "", name = "", ...rest] = options.repository.split("/");
  if (rest.length > 0) throw notARepository(options.repository);
  const repository = path`/repos/${owner}/${name}`;
  const api = platformApi({ ...options, baseUrl, headers: async () => authorization });
  const { standing = nothingStands } = options;
  const { version } = await standing.get("version", () =>
    api.ask(get("version", path`/version`), shapes.version),
  );
  const can = featuresOf(version);
  const pageSize = await standing.get("page size", () => pageSizeOf(api));
  const each = eachOf(api, pageSize);
  const me = once(() => standing.get("me", () => api.ask(get("me", path`/user`), shapes.user)));
  const defaultBranch = once(() =>
    standing.get("default branch", async () => {
      const now = await api.ask(get("repository", repository), shapes.repository);
      return now.default_branch;
    }),
  );
  return {
    ...{ api, version, can, pageSize, now, pause, owner, me, each, ...texts(options, baseUrl) },
    ...{ defaultBranch, standing, labelled: new Map() },
    at: (parts, ...values) => `${repository}${path(parts, ...values)}` as ApiPath,
    all: async (request, schema, itemsMax = itemsMaxOfList) => {
      const items: z.infer<typeof schema> = [];
      for await (const item of each(request, schema)) if (items.push(item) >= itemsMax) break;
      return items;
    },
  };
}

export function get(operation: string, path: ApiPath): ApiRequest {
  return { operation, method: "GET", path };
}

/**
 * `text` as the rest of a path, slash by slash: branches and files are named by several segments, and not
 * every proxy lets an encoded slash through.
 */
export function within(start: ApiPath, text: string): ApiPath {
  return (start +
    text
      .split("/")
      .map((segment) => path`/${segment}`)
      .join("")) as ApiPath;
}

async function pageSizeOf(api: PlatformApi): Promise<number> {
  try {
    const settings = await api.find(get("settings", path`/settings/api`), shapes.settings);
    return settings ? Math.min(pageSizeMax, settings.max_response_items) : pageSizeUntold;
  } catch (error) {
    if (error instanceof PlatformError && error.kind === "forbidden") return pageSizeUntold;
    throw error;
  }
}

/** Not every list comes with a link to its next page, so a page that is not full is the last one. */
function eachOf(api: PlatformApi, limit: number): Connection["each"] {
  return async function* ({ gaps = false, ...request }, schema) {
    // That more than half of a page is taken out, nobody has seen.
    const enough = gaps ? limit / 2 : limit;
    for (let page = 1; ; page += 1) {
      const query = { ...request.query, page, limit };
      const items = await api.ask({ ...request, method: "GET", query }, schema);
      yield* items;
      if (items.length < enough) return;
    }
  };
}

function texts(options: GiteaOptions, baseUrl: string): Pick<Connection, "text" | "textEnd"> {
  const wire: Transport = transport(options);
  const headers = { authorization: `token ${options.token}`, accept: "text/plain" };
  const request = (operation: string, path: ApiPath) => ({
    ...{ operation, method: "GET", url: new URL(`${baseUrl}${path}`), headers, body: null, readOnly: true },
  });
  return {
    text: async (operation, path) => (await wire.send(request(operation, path))).body,
    textEnd: async (operation, path, bytesMax) => {
      const { body, location } = await wire.send(request(operation, path), true);
      // Where logs lie in a storage of their own, they are fetched there, and without the token.
      const url = location === null ? null : URL.parse(location, `${baseUrl}${path}`);
      return url ? wire.tail(operation, url, bytesMax) : endOf(body, bytesMax);
    },
  };
}

/** The last `bytesMax` bytes of `text` in UTF-8, beginning with a whole character. */
function endOf(text: string, bytesMax: number): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.byteLength <= bytesMax) return text;
  let start = bytes.byteLength - bytesMax;
  while (((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return new TextDecoder().decode(bytes.subarray(start));
}

function notARepository(name: string): PlatformError {
  const message = `"${name.slice(0, 100)}" is no repository: it takes owner/name`;
  return new PlatformError({ kind: "validation", operation: "connect", message });
}
