import { giteaRepository } from "@tamma/core/platforms/gitea/index.ts";
import { PlatformError } from "@tamma/core/ports/platform.ts";
import type { PlatformRepository } from "@tamma/core/ports/platform-repository.ts";
import { expect } from "vitest";
import { problemsOf } from "./gitea-contract.ts";
import { type Reply, type SeenRequest, startWireServer, type WireServer } from "./wire-server.ts";

/** Answers of a Gitea in the shapes that it documents, and an adapter that asks for them over real HTTP. */

export const now = Date.parse("2026-11-30T12:00:00Z");
export const sha = "4f5e7d8f15cf79387cfd8a0d30c58855ab61e138";
export const otherSha = "39af58f1eff02aa308e16913e887c8d50362b474";
export const ref = { id: "473", number: 7, url: "https://git.example.test/ann/calc/pulls/7" };
export const settingsOf = (max_response_items: number) => ({ max_response_items });

export const reply = (status: number, body: unknown = "", headers: Record<string, string> = {}): Reply => ({
  ...{ status, headers, body: typeof body === "string" ? body : JSON.stringify(body), ending: "end" },
});
export const ok = (body: unknown) => reply(200, body);
export const refused = (status: number, message: string) => reply(status, { message, url: "" });

export interface Rig extends AsyncDisposable {
  readonly forge: PlatformRepository;
  readonly server: WireServer;
  readonly pauses: number[];
  readonly sent: string[];
  /** Answers the next requests in this order. */
  replies(...replies: Reply[]): void;
  /** `METHOD path` of what came since it was connected, without what stands before the repository. */
  asked(): string[];
  /** Bodies of the requests that had one. */
  bodies(): unknown[];
}

/** @param outside requests that the description at hand does not know, as `METHOD path` */
export async function connected(version = "1.26.4", pageSize = 50, outside: string[] = []): Promise<Rig> {
  const server = await startWireServer();
  const [pauses, sent]: [number[], string[]] = [[], []];
  server.replyWith(ok({ version }), ok(settingsOf(pageSize)));
  const forge = await giteaRepository({
    ...{ url: server.url, token: "token-0123456789", repository: "ann/calc", fetch, now: () => now },
    pause: async (ms) => void pauses.push(ms),
    sent: ({ operation }) => void sent.push(operation),
  });
  const after = () => server.requests.slice(2);
  return {
    ...{ forge, server, pauses, sent },
    replies: (...replies) => server.replyWith(...replies),
    asked: () => after().map(({ method, path }) => `${method} ${shortened(path)}`),
    bodies: () => after().flatMap(({ body }) => (body === null ? [] : [body])),
    [Symbol.asyncDispose]: async () => {
      expect(after().flatMap((request) => problemsOf(request, outside))).toEqual([]);
      expect(after().every(hasToken)).toBe(true);
      await server[Symbol.asyncDispose]();
    },
  };
}

const hasToken = ({ headers }: SeenRequest) => headers.authorization === "token token-0123456789";
const shortened = (path: string) => path.replace("/api/v1", "").replace("/repos/ann/calc", "");

export async function failing(work: Promise<unknown>): Promise<PlatformError> {
  const thrown = await work.then(
    () => expect.fail("it did not fail"),
    (error: unknown) => error,
  );
  if (thrown instanceof PlatformError) return thrown;
  throw thrown;
}

export const me = { id: 9, login: "tamma" };
export const ann = { id: 6641, login: "ann", full_name: "", email: "ann@example.test" };
/** As Gitea shows an account that is gone. */
export const gone = { id: -1, login: "Ghost", full_name: "", email: "" };

const repository = { id: 6589, full_name: "ann/calc", name: "calc" };
const side = (ref: string, at: string) => ({ label: ref, ref, sha: at, repo_id: 6589, repo: repository });

export const pull = (change: Record<string, unknown> = {}) => ({
  ...{ id: 473, number: 7, html_url: ref.url, title: "Fix rounding", body: "", state: "open", user: me },
  ...{ labels: [], mergeable: true, merged: false, merge_commit_sha: null, draft: false },
  ...{ head: side("tamma/12", sha), base: side("main", otherSha), updated_at: "2026-11-30T10:00:00Z" },
  ...change,
});
export const headOf = (change: Record<string, unknown>) => ({ ...side("tamma/12", sha), ...change });

export const issue = (change: Record<string, unknown> = {}) => ({
  ...{ id: 81, number: 12, html_url: "https://git.example.test/ann/calc/issues/12", title: "Rounding" },
  ...{ body: "It rounds down.", state: "open", user: ann, labels: null, assignees: null, pull_request: null },
  ...change,
});

export const comment = (id: number, body: string, change: Record<string, unknown> = {}) => ({
  ...{ id, body, user: ann, created_at: `2026-11-30T12:00:00+0${id % 10}:00` },
  ...change,
});

export const review = (id: number, change: Record<string, unknown> = {}) => ({
  ...{ id, user: ann, state: "COMMENT", body: "", commit_id: sha, submitted_at: "2026-11-30T11:00:00Z" },
  ...{ dismissed: false, stale: false, official: false, comments_count: 1, ...change },
});

export const reviewComment = (id: number, change: Record<string, unknown> = {}) => ({
  ...{ id, body: "Why?", user: ann, path: "src/calc.ts", position: 3, original_position: 0 },
  ...{ created_at: "2026-11-30T11:00:00Z", resolver: null, ...change },
});

export const branch = (at: string, change: Record<string, unknown> = {}) => ({
  ...{ name: "main", commit: { id: at }, protected: false, enable_status_check: false },
  ...{ status_check_contexts: [], required_approvals: 0, user_can_merge: true, ...change },
});

export const status = (id: number, context: string, state: string) => ({
  ...{ id, context, status: state, target_url: "", description: "", created_at: "2026-11-30T11:00:00Z" },
});
