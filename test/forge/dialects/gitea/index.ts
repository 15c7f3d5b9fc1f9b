import { covers, permissionOf } from "../../model/model.ts";
import { Refusal, type RefusalKind } from "../../model/refusal.ts";
import type { Token } from "../../model/types.ts";
import type { Access, Answer, Call, Dialect, State } from "../../state.ts";
import { ciOfGitea } from "./ci.ts";
import { contentsOfGitea } from "./contents.ts";
import { gitOfGitea } from "./git.ts";
import { issuesOfGitea } from "./issues.ts";
import { ownersOfGitea } from "./owners.ts";
import { dressOfGitea, newsOfGitea, wantsOfGitea } from "./payloads.ts";
import { pullsOfGitea } from "./pulls.ts";
import { repositoryOfGitea } from "./repository.ts";
import { reviewsOfGitea } from "./reviews.ts";

/** Gitea, with everything below /api/v1. */
export const gitea: Dialect = {
  ...{ name: "gitea", apiPath: "/api/v1", contract: "gitea/openapi3.trimmed.json", version: "1.27.0" },
  routes: [
    ...[...issuesOfGitea, ...pullsOfGitea, ...reviewsOfGitea, ...gitOfGitea, ...contentsOfGitea],
    ...[...ciOfGitea, ...repositoryOfGitea, ...ownersOfGitea],
  ],
  others: [],
  ...{ identify, authorize, refuse, limited, headers: () => ({}), news: newsOfGitea, dress: dressOfGitea },
  // Sending a delivery again makes a new task with an id of its own.
  ...{ wants: wantsOfGitea, freshGuid: true },
};

/** `token`, `Bearer`, or either half of Basic. */
function identify(headers: Call["headers"], state: State): Token | null {
  const [kind = "", value = ""] = String(headers.authorization ?? "").split(" ");
  if (kind === "") return null;
  const basic = Buffer.from(value, "base64").toString();
  const split = basic.indexOf(":");
  const sent =
    kind.toLowerCase() === "basic" ? [basic.slice(split + 1), basic.slice(0, Math.max(0, split))] : [value];
  const token = sent.map((one) => state.model.tokens.get(one)).find((one) => one !== undefined);
  const person = token === undefined && kind.toLowerCase() === "basic" ? known(state, basic) : null;
  if (person) return person;
  const over = token && token.expiresAt !== null && token.expiresAt <= state.model.now();
  if (!token || over) throw new Refusal("unauthenticated", "invalid username, password or token");
  return token;
}

/** A person with a password, who may do whatever he may. */
function known({ model }: State, basic: string): Token | null {
  const split = basic.indexOf(":");
  const [login, password] = [basic.slice(0, split).toLowerCase(), basic.slice(split + 1)];
  const user = model.users.get(login);
  if (!user || password === "" || model.passwords.get(login) !== password) return null;
  const all = { scopes: ["all"], repositories: null, permissions: null };
  return { value: "", user, ...all, expiresAt: null, installation: null };
}

function authorize(call: Call, access: Access): void {
  if (access.level === "nobody" || access.level === "app") return;
  const reads = call.method === "GET";
  const scopes = call.token?.scopes ?? [];
  const needed = `${reads ? "read" : "write"}:${access.area}`;
  const enough = scopes.length === 0 || scopes.includes("all") || scopes.includes(`write:${access.area}`);
  if (call.token && !enough && !(reads && scopes.includes(needed))) {
    const message = `token does not have at least one of required scope(s), required=[${needed}]`;
    throw new Refusal("forbidden", `${message}, token scope=${scopes.join(",")}`);
  }
  if (access.level === "user") return;
  const repository = call.repository();
  if (repository.archived && !reads) throw new Refusal("archived", "repo is archived");
  if (covers(permissionOf(repository, call.actor()), access.level)) return;
  const what =
    access.level === "admin"
      ? "user should be an owner or a collaborator with admin write of a repository"
      : "user should have a permission to write to a repo";
  throw new Refusal("forbidden", what);
}

const statuses: Readonly<Record<RefusalKind, number>> = {
  ...{ unauthenticated: 401, forbidden: 403, archived: 423, "not-found": 404, validation: 422 },
  ...{ exists: 409, conflict: 409, "head-moved": 409, "not-mergeable": 405, "rate-limited": 429 },
  precondition: 412,
};

function refuse(refusal: Refusal, state: State): Answer {
  const url = `${state.origin}/api/swagger`;
  const missing = refusal.kind === "not-found";
  const message = missing ? "The target couldn't be found." : refusal.message;
  const body = { ...(missing ? { errors: [] } : {}), message, url };
  return { status: statuses[refusal.kind], body };
}

/** Gitea itself has no limit; what stands in front of it may. */
function limited(until: { resetAt?: number; seconds?: number }): Answer {
  const seconds = until.seconds ?? Math.max(1, Math.ceil(((until.resetAt ?? 0) - Date.now()) / 1000));
  return { status: 429, body: "Too Many Requests", headers: { "retry-after": String(seconds) } };
}
