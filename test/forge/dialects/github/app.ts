import { createPublicKey, randomBytes, verify } from "node:crypto";
import { addToken } from "../../model/model.ts";
import { found, Refusal } from "../../model/refusal.ts";
import { idOf, iso, maybeList, object, texts } from "../../reading.ts";
import type { Answer, App, Call, Installation, Route, State } from "../../state.ts";
import { deliveriesAnswer, redeliverAnswer } from "./hooks.ts";
import { repo, route } from "./routes.ts";
import { nodeId, repositoryView, userView } from "./view-repository.ts";

/** GitHub Apps: a JWT (RS256) for the app itself, short-lived tokens for its installations. */

/** The longest life of an app's proof; GitHub Docs, "Generating a JSON Web Token (JWT) for a GitHub App". */
const proofSecondsMax = 600;
/** Clocks differ. */
const clockSecondsMax = 60;
const tokenMs = 3_600_000;

const wrong = (message: string) => new Refusal("unauthenticated", message);

function parsed(part: string | undefined): Readonly<Record<string, unknown>> {
  try {
    return object(JSON.parse(Buffer.from(part ?? "", "base64url").toString()), "token");
  } catch {
    throw wrong("A JSON web token could not be decoded");
  }
}

/** Which app this call proves to be. @throws Refusal `unauthenticated` */
function appOf(call: Call): App {
  const bearer = /^Bearer (.+)$/i.exec(String(call.headers.authorization ?? ""))?.[1];
  const [head, claims, signature] = (bearer ?? "").split(".");
  if (!bearer || signature === undefined) throw wrong("A JSON web token could not be decoded");
  if (parsed(head).alg !== "RS256") throw wrong("A JSON web token could not be decoded");
  const { iss, exp, iat } = parsed(claims);
  const app = call.state.apps.find(({ id }) => String(id) === String(iss));
  if (!app) throw wrong("Integration not found");
  const key = createPublicKey(app.publicKey);
  const signed = verify(
    "RSA-SHA256",
    Buffer.from(`${head}.${claims}`),
    key,
    Buffer.from(signature, "base64url"),
  );
  if (!signed) throw wrong("A JSON web token could not be decoded");
  const now = call.state.model.now() / 1000;
  if (typeof exp !== "number" || exp < now)
    throw wrong("'Expiration time' claim ('exp') must be a number in the future");
  if (exp > now + proofSecondsMax + clockSecondsMax)
    throw wrong("'Expiration time' claim ('exp') is too far in the future");
  if (typeof iat !== "number" || iat > now + clockSecondsMax)
    throw wrong("'Issued at' claim ('iat') must be a number in the past");
  return app;
}

function installationView(state: State, app: App, installation: Installation) {
  const url = `${state.apiUrl}/app/installations/${installation.id}`;
  return {
    ...{ id: installation.id, account: userView(state, installation.account), app_id: app.id },
    ...{ repository_selection: "selected", access_tokens_url: `${url}/access_tokens` },
    repositories_url: `${state.apiUrl}/installation/repositories`,
    html_url: `${state.origin}/settings/installations/${installation.id}`,
    ...{ target_id: installation.account.id, target_type: "User", permissions: app.permissions },
    ...{ events: app.hook.events, created_at: iso(installation.createdAt), app_slug: app.slug },
    ...{ updated_at: iso(installation.createdAt), single_file_name: null, suspended_by: null },
    suspended_at: null,
  };
}

const ranks = ["none", "read", "write", "admin"];

/** What was asked for, which may be less than the app has and never more. */
function permissionsOf(app: App, asked: unknown): Readonly<Record<string, string>> {
  if (asked === undefined) return app.permissions;
  const wanted = object(asked, "permissions") as Readonly<Record<string, string>>;
  for (const [name, level] of Object.entries(wanted)) {
    if (ranks.indexOf(level) <= ranks.indexOf(app.permissions[name] ?? "none")) continue;
    throw new Refusal("validation", "The permissions requested are not granted to this installation.");
  }
  return { metadata: "read", ...wanted };
}

function token(call: Call): Answer {
  const app = appOf(call);
  const id = idOf(call, "installation_id");
  const installation = found(app.installations.find((one) => one.id === id));
  const names = texts(call.body, "repositories");
  const ids = maybeList(call.body, "repository_ids") ?? [];
  const all = names.length + ids.length === 0;
  const chosen = installation.repositories.filter(
    ({ name, id: number }) => all || names.includes(name) || ids.includes(number),
  );
  if (!all && chosen.length < names.length + ids.length) {
    throw new Refusal("validation", "There is at least one repository that does not exist.");
  }
  const permissions = permissionsOf(app, call.body.permissions);
  const expiresAt = call.state.model.now() + tokenMs;
  const value = `ghs_${randomBytes(18).toString("hex")}`;
  const repositories = chosen.map(({ fullName }) => fullName);
  const made = { user: app.user.login, repositories, permissions, expiresAt, installation: id };
  addToken(call.state.model, value, made);
  const body = {
    ...{ token: value, expires_at: iso(expiresAt), permissions, repository_selection: "selected" },
    repositories: chosen.map((one) => repositoryView(call.state, one)),
  };
  return { status: 201, body };
}

export const appOfGithub: Route[] = [
  route("GET /app", "app", "app", (call) => {
    const app = appOf(call);
    const [owner] = app.installations.map(({ account }) => account);
    const body = {
      ...{ id: app.id, slug: app.slug, node_id: nodeId("A", app.id), name: app.slug, description: null },
      ...{ owner: userView(call.state, owner ?? app.user), external_url: call.state.origin },
      html_url: `${call.state.origin}/apps/${app.slug}`,
      ...{ created_at: iso(app.user.createdAt), updated_at: iso(app.user.createdAt) },
      ...{ permissions: app.permissions, events: app.hook.events },
    };
    return { status: 200, body };
  }),
  route("GET /app/installations", "app", "app", (call) => {
    const app = appOf(call);
    return { status: 200, body: app.installations.map((one) => installationView(call.state, app, one)) };
  }),
  route(`GET ${repo}/installation`, "app", "app", (call) => {
    const app = appOf(call);
    const name = `${call.params.owner}/${call.params.repo}`.toLowerCase();
    const installation = app.installations.find(({ repositories }) =>
      repositories.some(({ fullName }) => fullName.toLowerCase() === name),
    );
    return { status: 200, body: installationView(call.state, app, found(installation)) };
  }),
  route("POST /app/installations/{installation_id}/access_tokens", "app", "app", token),
  route("GET /app/hook/deliveries", "app", "app", (call) => deliveriesAnswer(call, appOf(call).hook)),
  route("POST /app/hook/deliveries/{delivery_id}/attempts", "app", "app", (call) =>
    redeliverAnswer(call, appOf(call).hook),
  ),
];
