import { covers, permissionOf } from "./model/model.ts";
import { Refusal } from "./model/refusal.ts";
import type { Repository, Token } from "./model/types.ts";
import type { State } from "./state.ts";

/** A repository as far as this token sees it. @throws Refusal `not-found` */
export function visible(state: State, token: Token | null, name: string): Repository {
  const repository = state.model.repositories.get(name.toLowerCase());
  if (!repository) throw new Refusal("not-found", "Not Found");
  const limited = token?.repositories && !token.repositories.has(repository.id);
  const installed = token?.installation !== null && token?.installation !== undefined;
  const permission = installed ? "read" : permissionOf(repository, token?.user ?? null);
  if (limited || !covers(permission, "read")) throw new Refusal("not-found", "Not Found");
  return repository;
}
