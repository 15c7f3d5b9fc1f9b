import type { TurnError } from "@tamma/core/protocol/model-turn.ts";
import { providerOf } from "./compose.ts";
import type { Parts } from "./parts.ts";

/** A provider that says nothing for this long counts as down; the page that asks must not hang. */
const checkTimeoutMs = 10_000;

export async function checkProvider({ env }: Parts): Promise<{
  provider: string;
  model: string;
  label: string | null;
  problem: TurnError | null;
}> {
  const chosen = providerOf(env);
  const { provider, model, label } = chosen.facts();
  return { provider, model, label, problem: await chosen.check(AbortSignal.timeout(checkTimeoutMs)) };
}
