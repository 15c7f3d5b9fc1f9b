import type { TurnError } from "@tamma/core/protocol/model-turn.ts";
import { providerOf } from "./compose.ts";
import { logError } from "./log.ts";
import { accountHub } from "./objects.ts";
import { d1Answers } from "./outbox.ts";
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

/** How each part is; D1 or R2 down degrades, the objects down is down. */
export async function health({ env }: Parts): Promise<{ ok: boolean; parts: Record<string, string> }> {
  const entries = await Promise.all([
    part("objects", async () => void (await accountHub(env).repositories())),
    part("database", () => d1Answers(env.DB)),
    part("blobs", async () => void (await env.BLOBS.head("health"))),
  ]);
  return { ok: entries.every(([, state]) => state === "ok"), parts: Object.fromEntries(entries) };
}

async function part(name: string, ask: () => Promise<void>): Promise<[string, string]> {
  try {
    await ask();
    return [name, "ok"];
  } catch (thrown) {
    logError(`health ${name}`, thrown);
    return [name, "does not answer"];
  }
}
