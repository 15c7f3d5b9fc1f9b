import type { ForgeEvent } from "../model/events.ts";
import type { Hook, Repository } from "../model/types.ts";
import type { State } from "../state.ts";

/** Hooks of repositories and apps, and which news go to which of them. */

export interface NewHook {
  readonly url: string;
  readonly secret: string;
  readonly events: readonly string[];
  readonly active: boolean;
}

/** A hook of this repository; null: of an app, which keeps it itself. */
export function newHook(state: State, repository: Repository | null, made: NewHook): Hook {
  const now = state.model.now();
  const hook: Hook = {
    ...{ id: state.model.nextId(), repository, url: made.url, secret: made.secret, active: made.active },
    ...{ events: [...made.events], createdAt: now, updatedAt: now, deliveries: [] },
  };
  repository?.hooks.push(hook);
  return hook;
}

/** The first thing that a new hook of GitHub gets. */
export function emitPing(state: State, hook: Hook, repository: Repository): void {
  const payload = {
    ...{ zen: "Keep it logically awesome.", hook_id: hook.id },
    repository: { id: repository.id, full_name: repository.fullName },
  };
  state.sending.send(hook, { event: "ping", action: null, repository: repository.id, payload });
}

/** Gives the event to every hook that wants it, in the platform's words. */
export function publish(state: State, event: ForgeEvent): void {
  const { repository } = event;
  // What goes to an app says for which of its installations.
  const apps = state.apps.flatMap(({ installations, hook }) => {
    const installation = installations.find(({ repositories }) => repositories.includes(repository));
    return installation && hook.url !== "" ? [{ hook, more: { installation: { id: installation.id } } }] : [];
  });
  const hooks = [...repository.hooks.map((hook) => ({ hook, more: {} })), ...apps];
  if (hooks.length === 0) return;
  for (const news of state.dialect.news(event, state)) {
    for (const { hook, more } of hooks) {
      if (!state.dialect.wants(hook.events, news)) continue;
      state.sending.send(hook, { ...news, payload: { ...news.payload, ...more } });
    }
  }
}
