import { covers, permissionOf } from "../../model/model.ts";
import { Refusal, type RefusalKind } from "../../model/refusal.ts";
import type { Token } from "../../model/types.ts";
import type { Access, Answer, Call, Dialect, State } from "../../state.ts";
import { actionsOfGithub } from "./actions.ts";
import { appOfGithub } from "./app.ts";
import { checksOfGithub } from "./checks.ts";
import { contentsOfGithub } from "./contents.ts";
import { gitOfGithub } from "./git.ts";
import { graphqlOfGithub } from "./graphql.ts";
import { hooksOfGithub } from "./hooks.ts";
import { issuesOfGithub } from "./issues.ts";
import { ownersOfGithub } from "./owners.ts";
import { dressOfGithub, newsOfGithub } from "./payloads.ts";
import { pullsOfGithub } from "./pulls.ts";
import { repositoryOfGithub, requestsPerHour } from "./repository.ts";
import { reviewsOfGithub } from "./reviews.ts";

/** GitHub Enterprise Server: REST below /api/v3, GraphQL at /api/graphql. */
export const github: Dialect = {
  ...{ name: "github", apiPath: "/api/v3", contract: "github/openapi.trimmed.json", version: "3.19.0" },
  routes: [
    ...[...issuesOfGithub, ...pullsOfGithub, ...reviewsOfGithub, ...gitOfGithub, ...contentsOfGithub],
    ...[...checksOfGithub, ...actionsOfGithub, ...hooksOfGithub, ...repositoryOfGithub, ...appOfGithub],
    ...ownersOfGithub,
  ],
  others: [{ prefix: "/api", routes: graphqlOfGithub }],
  ...{ identify, authorize, refuse, limited, headers, news: newsOfGithub, dress: dressOfGithub },
  wants: (events, { event }) => event === "ping" || events.includes("*") || events.includes(event),
  freshGuid: false,
};

/** `Bearer`, `token`, or the password of Basic. An app's own proof (three parts) is no token. */
function identify(headers: Call["headers"], state: State): Token | null {
  const [kind = "", value = ""] = String(headers.authorization ?? "").split(" ");
  if (kind === "") return null;
  const basic = Buffer.from(value, "base64").toString();
  const sent = kind.toLowerCase() === "basic" ? basic.slice(basic.indexOf(":") + 1) : value;
  if (sent.split(".").length === 3) return null;
  const token = state.model.tokens.get(sent);
  if (!token) throw new Refusal("unauthenticated", "Bad credentials");
  if (token.expiresAt !== null && token.expiresAt <= state.model.now()) {
    throw new Refusal("unauthenticated", "Bad credentials");
  }
  return token;
}

function authorize(call: Call, access: Access): void {
  spend(call);
  if (access.level === "nobody" || access.level === "app" || access.level === "user") return;
  const repository = call.repository();
  const reads = call.method === "GET";
  if (repository.archived && !reads) {
    throw new Refusal("archived", "Repository was archived so is read-only.");
  }
  const { permissions } = call.token ?? {};
  if (permissions) {
    const granted = access.area.split("|").map((area) => permissions[area] ?? "none");
    const enough = granted.some((level) => level === "write" || (reads && level === "read"));
    if (enough || access.area === "metadata") return;
    throw new Refusal("forbidden", "Resource not accessible by integration");
  }
  const scopes = call.token?.scopes ?? [];
  const narrow = scopes.length > 0 && !scopes.includes("repo");
  if (narrow && (!reads || repository.private)) {
    throw new Refusal("forbidden", "Resource not accessible by personal access token");
  }
  const has = permissionOf(repository, call.actor());
  if (covers(has, access.level)) return;
  // What only administrators see does not exist for others.
  if (access.level === "admin") throw new Refusal("not-found", "Not Found");
  throw new Refusal("forbidden", "Must have push access to the repository.");
}

/** One request less for this token. @throws Refusal `rate-limited` when there is none left */
function spend(call: Call): void {
  if (!call.token || call.path.startsWith("/rate_limit")) return;
  const now = call.state.model.now();
  const there = call.state.budgets.get(call.token.value);
  const budget = there && there.resetAt > now ? there : { left: requestsPerHour, resetAt: now + 3_600_000 };
  call.state.budgets.set(call.token.value, budget);
  if (budget.left === 0) throw new Refusal("rate-limited", String(budget.resetAt));
  budget.left -= 1;
}

const statuses: Readonly<Record<RefusalKind, number>> = {
  ...{ unauthenticated: 401, forbidden: 403, archived: 403, "not-found": 404, validation: 422 },
  ...{ exists: 422, conflict: 409, "head-moved": 409, "not-mergeable": 405, "rate-limited": 403 },
  precondition: 412,
};

const documentation_url = "https://docs.github.com/rest";

function refuse(refusal: Refusal): Answer {
  if (refusal.kind === "rate-limited") return limited({ resetAt: Number(refusal.message) });
  const status = statuses[refusal.kind];
  const plain = { message: refusal.message, documentation_url, status: String(status) };
  if (status !== 422) return { status, body: plain };
  const code = refusal.kind === "exists" ? "custom" : "invalid";
  const [resource, field] = ["Resource", refusal.field];
  const error = { resource, code, message: refusal.message, ...(field === null ? {} : { field }) };
  return { status, body: { ...plain, message: "Validation Failed", errors: [error] } };
}

/** The primary limit names when it ends, the secondary one how long to wait. */
function limited(until: { resetAt?: number; seconds?: number }): Answer {
  const resetAt = until.resetAt ?? null;
  const message =
    resetAt === null
      ? "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
      : "API rate limit exceeded for user.";
  const headers: Record<string, string> =
    resetAt === null
      ? { "retry-after": String(until.seconds ?? 60) }
      : {
          ...{ "x-ratelimit-limit": String(requestsPerHour), "x-ratelimit-remaining": "0" },
          "x-ratelimit-reset": String(Math.ceil(resetAt / 1000)),
        };
  return { status: 403, body: { message, documentation_url }, headers };
}

function headers(state: State, token: Token | null): Record<string, string> {
  const budget = state.budgets.get(token?.value ?? "");
  return {
    ...{ "x-github-request-id": `SIM:${state.model.nextId()}`, "x-github-media-type": "github.v3" },
    "x-github-enterprise-version": state.version,
    // Fine-grained tokens have no scopes to show.
    ...(token && token.scopes.length > 0 ? { "x-oauth-scopes": token.scopes.join(", ") } : {}),
    ...(budget
      ? {
          ...{ "x-ratelimit-limit": String(requestsPerHour), "x-ratelimit-resource": "core" },
          ...{ "x-ratelimit-remaining": String(budget.left) },
          "x-ratelimit-used": String(requestsPerHour - budget.left),
          "x-ratelimit-reset": String(Math.ceil(budget.resetAt / 1000)),
        }
      : {}),
  };
}
