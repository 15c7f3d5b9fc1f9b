import { type GithubOptions, githubRepository } from "@tamma/core/platforms/github/index.ts";
import { PlatformError } from "@tamma/core/ports/platform.ts";
import type { PlatformRepository } from "@tamma/core/ports/platform-repository.ts";
import { expect } from "vitest";
import { contractFaults } from "./github-contract.ts";
import { type Reply, startWireServer, type WireServer } from "./wire-server.ts";

/** A GitHub that answers what a test tells it, and everything that one asks of it. */

export const now = 1_796_000_000_000;
export const sha = (digit: string) => digit.repeat(40);
export const bot = { id: 77, login: "tamma-bot", type: "User" };
export const ann = { id: 5, login: "ann", type: "User" };
export const token = "ghp_0123456789abcdefghij";
export const at = "2026-11-30T00:53:20Z";

export const reply = (status: number, body: unknown = {}, headers: Record<string, string> = {}): Reply => ({
  ...{ status, ending: "end", body: typeof body === "string" ? body : JSON.stringify(body) },
  headers: typeof body === "string" ? headers : { "content-type": "application/json", ...headers },
});
export const ok = (body: unknown, headers: Record<string, string> = {}) => reply(200, body, headers);
export const nothing: Reply = { status: 204, headers: {}, body: "", ending: "end" };
export const notFound = reply(404, { message: "Not Found" });

export const repositoryBody = {
  ...{ id: 1, full_name: "acme/shop", html_url: "https://github.test/acme/shop" },
  ...{ clone_url: "https://github.test/acme/shop.git", default_branch: "main", archived: false },
  ...{ allow_merge_commit: true, allow_squash_merge: true, allow_rebase_merge: false },
  permissions: { admin: false, push: true, pull: true },
};

export const pullBody = (over: Record<string, unknown> = {}) => ({
  ...{ id: 900, node_id: "PR_9", number: 9, html_url: "https://github.test/acme/shop/pull/9" },
  ...{ title: "Round", body: "text", state: "open", draft: false, user: ann, labels: [{ name: "tamma" }] },
  head: { ref: "tamma/7", sha: sha("a"), repo: { id: 1 } },
  base: { ref: "main", sha: sha("b"), repo: { id: 1 } },
  ...{ merged: false, merged_at: null, merge_commit_sha: null, mergeable: true, mergeable_state: "clean" },
  ...over,
});
export const pull = { id: "900", number: 9, url: "https://github.test/acme/shop/pull/9" };

export const commentBody = (id: number, body: string, user: unknown = bot) => ({
  ...{ id, body, user, created_at: at },
});

export interface Rig extends AsyncDisposable {
  readonly server: WireServer;
  readonly forge: PlatformRepository;
  readonly pauses: number[];
  readonly sent: string[];
  /** `METHOD path` of all requests since `forge` was connected. */
  asked(): string[];
  /** The body of the last request with this method. */
  body(method: string): Record<string, unknown>;
  replyWith(...replies: Reply[]): void;
}

/** Connected, with `now` standing still. `rules` of the default branch, as GitHub lists them. */
export async function startGithub(over: Partial<GithubOptions> = {}, rules: unknown = []): Promise<Rig> {
  const server = await startWireServer();
  const [pauses, sent]: [number[], string[]] = [[], []];
  server.replyWith(ok(repositoryBody), ok(rules));
  const options = optionsFor(server.url, pauses, sent);
  const forge = await githubRepository({ ...options, ...over });
  const before = server.requests.length;
  sent.length = 0;
  return {
    ...{ server, forge, pauses, sent },
    asked: () => server.requests.slice(before).map(({ method, path }) => `${method} ${path}`),
    body: (method) => {
      const found = server.requests.filter((request) => request.method === method).at(-1);
      return found?.body as Record<string, unknown>;
    },
    replyWith: server.replyWith,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      expect(contractFaults(server.requests)).toEqual([]);
    },
  };
}

export const optionsFor = (url: string, pauses: number[] = [], sent: string[] = []): GithubOptions => ({
  ...{ baseUrl: url, repository: "acme/shop", access: { token }, fetch, now: () => now },
  pause: async (ms) => void pauses.push(ms),
  sent: ({ operation }) => void sent.push(operation),
});

export async function failing(work: Promise<unknown>): Promise<PlatformError> {
  const thrown = await work.then(
    () => expect.fail("it did not fail"),
    (error: unknown) => error,
  );
  if (thrown instanceof PlatformError) return thrown;
  throw thrown;
}
