import { found, Refusal } from "../../model/refusal.ts";
import type { Delivery, Hook } from "../../model/types.ts";
import { idOf, maybeFlag, maybeText, object, text, texts } from "../../reading.ts";
import type { Answer, Call, Route } from "../../state.ts";
import { emitPing, newHook } from "../../webhooks/hooks.ts";
import { listAnswer, repo, route } from "./routes.ts";
import { deliveryView, hookView } from "./view-ci.ts";

/** GitHub's webhooks of a repository, and what became of their deliveries. */

const area = "repository_hooks";
const base = `${repo}/hooks`;

function hookOf(call: Call): Hook {
  const id = idOf(call, "hook_id");
  return found(call.repository().hooks.find((hook) => hook.id === id));
}

function create(call: Call): Answer {
  const config = object(call.body.config ?? {}, "config");
  const url = text(config, "url");
  const events = call.body.events === undefined ? ["push"] : texts(call.body, "events");
  const same = call
    .repository()
    .hooks.some((hook) => hook.url === url && hook.events.join() === events.join());
  if (same) throw new Refusal("exists", "Hook already exists on this repository");
  const hook = newHook(call.state, call.repository(), {
    ...{ url, events, secret: maybeText(config, "secret") ?? "" },
    active: maybeFlag(call.body, "active") ?? true,
  });
  emitPing(call.state, hook, call.repository());
  return { status: 201, body: hookView(call.state, call.repository(), hook) };
}

/** A config that is given replaces the old one: without a secret in it, there is none any more. */
function change(call: Call): Answer {
  const hook = hookOf(call);
  if (call.body.config !== undefined) {
    const config = object(call.body.config, "config");
    hook.url = text(config, "url");
    hook.secret = maybeText(config, "secret") ?? "";
  }
  if (call.body.events !== undefined) hook.events = texts(call.body, "events");
  hook.active = maybeFlag(call.body, "active") ?? hook.active;
  hook.updatedAt = call.state.model.now();
  return { status: 200, body: hookView(call.state, call.repository(), hook) };
}

/** Deliveries the newest first, paged by a cursor. */
export function deliveriesAnswer(call: Call, hook: Hook): Answer {
  const size = Math.min(100, Number(call.query.get("per_page") ?? 30) || 30);
  const status = call.query.get("status");
  const good = ({ statusCode }: Delivery) => statusCode !== null && statusCode < 400;
  const all = hook.deliveries
    .filter((delivery) => status === null || (status === "success") === good(delivery))
    .toReversed();
  const cursor = call.query.get("cursor");
  const from =
    cursor === null
      ? 0
      : Math.max(
          0,
          all.findIndex(({ id }) => `v1_${id}` === cursor),
        );
  const next = all[from + size];
  const path = call.path.split("?")[0];
  const query = new URLSearchParams({ per_page: String(size), cursor: `v1_${next?.id}` });
  const link = `<${call.state.apiUrl}${path}?${query}>; rel="next"`;
  const body = all.slice(from, from + size).map(deliveryView);
  return { status: 200, body, headers: next ? { link } : {} };
}

/** Sends a delivery once more. */
export function redeliverAnswer(call: Call, hook: Hook): Answer {
  const id = idOf(call, "delivery_id");
  call.state.sending.redeliver(hook, found(hook.deliveries.find((delivery) => delivery.id === id)), false);
  return { status: 202, body: {} };
}

export const hooksOfGithub: Route[] = [
  route(`POST ${base}`, "admin", area, create),
  route(`GET ${base}`, "admin", area, (call) =>
    listAnswer(call, call.repository().hooks, (hook) => hookView(call.state, call.repository(), hook)),
  ),
  route(`GET ${base}/{hook_id}`, "admin", area, (call) => ({
    ...{ status: 200, body: hookView(call.state, call.repository(), hookOf(call)) },
  })),
  route(`PATCH ${base}/{hook_id}`, "admin", area, change),
  route(`DELETE ${base}/{hook_id}`, "admin", area, (call) => {
    const { hooks } = call.repository();
    hooks.splice(hooks.indexOf(hookOf(call)), 1);
    return { status: 204 };
  }),
  route(`POST ${base}/{hook_id}/pings`, "admin", area, (call) => {
    emitPing(call.state, hookOf(call), call.repository());
    return { status: 204 };
  }),
  route(`GET ${base}/{hook_id}/deliveries`, "admin", area, (call) => deliveriesAnswer(call, hookOf(call))),
  route(`POST ${base}/{hook_id}/deliveries/{delivery_id}/attempts`, "admin", area, (call) =>
    redeliverAnswer(call, hookOf(call)),
  ),
];
