import { randomUUID } from "node:crypto";
import { NewConnection } from "@tamma/core/protocol/connections.ts";
import {
  AddedRepository,
  Issue,
  LoginLink,
  LoopList,
  ProviderReport,
  Repository,
} from "@tamma/core/protocol/rest.ts";
import { z } from "zod";

/** The provider check asks a model one word; everything else is faster. */
const answerTimeoutMs = 60_000;
const Issues = z.object({ issues: z.array(Issue) });

/** The few calls of the REST API that the start itself makes; all others are the command line's. */
export function startApi(server: string, token: string) {
  const call = async <S extends z.ZodType>(
    method: string,
    path: string,
    schema: S,
    body?: unknown,
  ): Promise<z.infer<S>> => {
    const response = await fetch(`${server}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "idempotency-key": randomUUID(),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(`${method} ${path} was answered with ${response.status}: ${text.slice(0, 500)}`);
    return schema.parse(JSON.parse(text));
  };
  const issues = (repository: string) => `/repositories/${encodeURIComponent(repository)}/issues`;
  return {
    checkProvider: () => call("GET", "/providers/check", ProviderReport),
    loginLink: () => call("POST", "/login-links", LoginLink, {}),
    addRepository: (input: {
      url: string;
      defaultBranch: string;
      name?: string;
      config?: Record<string, unknown>;
    }) => call("POST", "/repositories", Repository, input),
    addConnection: (input: {
      id: string;
      platform: "github" | "gitea";
      baseUrl: string;
      credential: { kind: "token"; token: string };
    }) => call("POST", "/connections", NewConnection, input),
    /** A repository on a platform that is connected. */
    addHosted: (input: { connection: string; name: string; config: Record<string, unknown> }) =>
      call("POST", "/repositories", AddedRepository, input),
    loops: async () => (await call("GET", "/loops?state=all", LoopList)).loops,
    issues: async (repository: string) => (await call("GET", issues(repository), Issues)).issues,
    createIssue: (repository: string, input: { title: string; body: string; labels: string[] }) =>
      call("POST", issues(repository), Issue, input),
  };
}
export type StartApi = ReturnType<typeof startApi>;
