import { covers, permissionOf } from "../../model/model.ts";
import { found, Refusal } from "../../model/refusal.ts";
import type { Hook } from "../../model/types.ts";
import { idOf, maybeFlag, maybeText, object, text, texts } from "../../reading.ts";
import type { Answer, Call, Route } from "../../state.ts";
import { newHook } from "../../webhooks/hooks.ts";
import { listAnswer, repo, route } from "./routes.ts";
import { hookView, protectionView } from "./view-ci.ts";
import { repositoryView, userView } from "./view-repository.ts";

/** Gitea's repositories, people, protections and webhooks. */

const area = "repository";
const missing = "The target couldn't be found.";

/** Administrators may ask about everybody, others about themselves. */
function permission(call: Call): Answer {
  const login = (call.params.collaborator ?? "").toLowerCase();
  const actor = call.actor();
  const admin = covers(permissionOf(call.repository(), actor), "admin");
  if (!admin && actor.login.toLowerCase() !== login) {
    const message = "Only admins can query all permissions, repo admins can query all repo permissions, ";
    throw new Refusal("forbidden", `${message}collaborators can query only their own`);
  }
  const user = found(call.state.model.users.get(login), missing);
  const has = user === call.repository().owner ? "owner" : permissionOf(call.repository(), user);
  return { status: 200, body: { permission: has, role_name: has, user: userView(call.state, user) } };
}

function hookOf(call: Call): Hook {
  const id = idOf(call, "id");
  return found(
    call.repository().hooks.find((hook) => hook.id === id),
    missing,
  );
}

/** Without `active` a new hook is not; without `events` it gets pushes alone. */
function createHook(call: Call): Answer {
  const config = object(call.body.config, "config");
  if (text(call.body, "type") !== "gitea") throw new Refusal("validation", "Invalid hook type");
  if (!["json", "form"].includes(text(config, "content_type"))) {
    throw new Refusal("validation", "Invalid content type");
  }
  const events = texts(call.body, "events");
  const hook = newHook(call.state, call.repository(), {
    ...{ url: text(config, "url"), secret: maybeText(config, "secret") ?? "" },
    ...{ events: events.length === 0 ? ["push"] : events, active: maybeFlag(call.body, "active") ?? false },
  });
  return { status: 201, body: hookView(hook) };
}

/** Events that are not named are gone: what is left is pushes alone. */
function changeHook(call: Call): Answer {
  const hook = hookOf(call);
  const config = object(call.body.config ?? {}, "config");
  hook.url = maybeText(config, "url") ?? hook.url;
  hook.secret = maybeText(config, "secret") ?? hook.secret;
  const events = texts(call.body, "events");
  hook.events = events.length === 0 ? ["push"] : events;
  hook.active = maybeFlag(call.body, "active") ?? hook.active;
  hook.updatedAt = call.state.model.now();
  return { status: 200, body: hookView(hook) };
}

const hookRoutes: Route[] = [
  route(`POST ${repo}/hooks`, "admin", area, createHook),
  route(`GET ${repo}/hooks`, "admin", area, (call) =>
    listAnswer(call, call.repository().hooks, (hook) => hookView(hook)),
  ),
  route(`GET ${repo}/hooks/{id}`, "admin", area, (call) => ({
    ...{ status: 200, body: hookView(hookOf(call)) },
  })),
  route(`PATCH ${repo}/hooks/{id}`, "admin", area, changeHook),
  route(`DELETE ${repo}/hooks/{id}`, "admin", area, (call) => {
    const { hooks } = call.repository();
    hooks.splice(hooks.indexOf(hookOf(call)), 1);
    return { status: 204 };
  }),
  route(`POST ${repo}/hooks/{id}/tests`, "admin", area, (call) => {
    const { id, fullName, defaultBranch, refs } = call.repository();
    const sha = refs.get(defaultBranch) ?? "";
    const sender = userView(call.state, call.actor());
    const repository = { id, full_name: fullName };
    const payload = {
      ref: `refs/heads/${defaultBranch}`,
      before: sha,
      after: sha,
      commits: [],
      repository,
      sender,
    };
    call.state.sending.send(hookOf(call), { event: "push", action: null, repository: id, payload });
    return { status: 204 };
  }),
];

export const repositoryOfGitea: Route[] = [
  route(`GET ${repo}`, "read", area, (call) => ({
    ...{ status: 200, body: repositoryView(call.state, call.repository(), call.token?.user ?? null) },
  })),
  route(`GET ${repo}/branch_protections`, "admin", area, (call) => {
    const all = [...call.repository().protections.values()];
    return { status: 200, body: all.map((protection) => protectionView(call.state, protection)) };
  }),
  route(`GET ${repo}/collaborators/{collaborator}/permission`, "read", area, permission),
  route("GET /user", "user", "user", (call) => ({
    ...{ status: 200, body: userView(call.state, call.actor()) },
  })),
  route("GET /users/search", "nobody", "user", (call) => {
    const word = (call.query.get("q") ?? "").toLowerCase();
    const users = [...call.state.model.users.values()].filter(({ login }) =>
      login.toLowerCase().includes(word),
    );
    return { status: 200, body: { ok: true, data: users.map((user) => userView(call.state, user)) } };
  }),
  route("GET /users/{username}", "nobody", "user", (call) => {
    const user = call.state.model.users.get((call.params.username ?? "").toLowerCase());
    return { status: 200, body: userView(call.state, found(user, missing)) };
  }),
  route("GET /version", "nobody", "misc", (call) => ({
    ...{ status: 200, body: { version: call.state.version } },
  })),
  route("GET /settings/api", "nobody", "misc", () => ({
    status: 200,
    body: {
      ...{ max_response_items: 50, default_paging_num: 30, default_git_trees_per_page: 1000 },
      ...{ default_max_blob_size: 10_485_760, default_max_response_size: 104_857_600 },
    },
  })),
  ...hookRoutes,
];
