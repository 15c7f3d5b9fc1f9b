import type { TokenRequest, TokenResponse } from "@tamma/core/protocol/runner.ts";
import type { Answer } from "../rpc.ts";
import { proofsOfRuns } from "./compose.ts";
import { accountHub } from "./objects.ts";
import { ownerOf, type Parts } from "./parts.ts";
import { refuse } from "./refusal.ts";
import type { Admission, AdmissionRequest } from "./run-grants.ts";

/** `POST /runner/v1/token`: what proves a runner decides who answers. */
export async function runnerToken(parts: Parts, request: TokenRequest): Promise<Answer<TokenResponse>> {
  if ("idToken" in request) return withIdToken(parts, request);
  if ("ticket" in request) return admitted(parts, { by: "ticket", ...request });
  if ("token" in request) return admitted(parts, { by: "token", token: request.token });
  const issued = await accountHub(parts.env).runnerToken(request);
  return issued.ok ? { ok: true, value: { ...issued.value, loop: null } } : issued;
}

/**
 * A run of a platform's CI. Only issuers of our own connections are ever asked for keys; a token that names
 * another one is refused before anything is fetched.
 */
async function withIdToken(
  parts: Parts,
  { idToken, loop }: { idToken: string; loop: string | null },
): Promise<Answer<TokenResponse>> {
  const account = accountHub(parts.env);
  const issuer = proofsOfRuns.issuerNamed(idToken);
  if (issuer === null) return notProven("it is no token of a run");
  const connections = (await account.connections()).filter(
    ({ platform, baseUrl }) => proofsOfRuns.issuerAt(platform, baseUrl) === issuer,
  );
  if (connections.length === 0) return notProven("no connection is to a platform that issues such tokens");
  const ids = connections.map(({ id }) => id);
  const repositories = (await account.repositories()).filter(({ connection }) => ids.includes(connection));
  const owner = (id: string) => repositories.find((repository) => repository.id === id) ?? null;
  const proven = await proofsOfRuns.read(idToken, {
    ...{ issuer, audience: parts.env.TAMMA_ORIGIN, now: Date.now() },
    defaultBranch: (id) => owner(id)?.defaultBranch ?? null,
  });
  if ("refused" in proven) return notProven(proven.refused, proven.later);
  const connection = owner(proven.repository)?.connection ?? "";
  return admitted(parts, { by: "id-token", run: proven, connection, loop });
}

/** Lets it in, and ends the leases of the runs whose place it takes: nobody else would miss them in time. */
async function admitted(parts: Parts, request: AdmissionRequest): Promise<Answer<TokenResponse>> {
  const answer: Answer<Admission> = await accountHub(parts.env).admitRun(request);
  if (!answer.ok) return answer;
  const { token, expiresAt, loop, replaced } = answer.value;
  const owner = loop === null ? null : ownerOf(parts, loop);
  if (owner?.ok) for (const runner of replaced) await owner.value.object.loseLeases(runner, null);
  return { ok: true, value: { token, expiresAt, loop } };
}

function notProven<T>(why: string, later = false): Answer<T> {
  if (later) return refuse(503, "issuer-silent", `nothing is proven yet: ${why}`, "try again in a moment");
  const todo = "see docs/runner-in-ci.md for who is let in";
  return refuse(403, "run-refused", `this run is not let in: ${why}`, todo);
}
