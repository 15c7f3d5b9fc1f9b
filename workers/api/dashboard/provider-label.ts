import type { OrchestratorRpc } from "../../rpc.ts";

/** Checking may ask the provider itself; pages are looked at far more often than providers change. */
const checkEveryMs = 60_000;

export interface ProviderName {
  name: string;
  /** What has to be said beside every cost ("scripted by hand, no model was called"); null when nothing. */
  label: string | null;
}

/** Asks the orchestrator at most once a minute which provider serves; null when it cannot say. */
export function createProviderLabel(): (orchestrator: OrchestratorRpc) => Promise<ProviderName | null> {
  let known: { value: ProviderName | null; at: number } | null = null;
  return async (orchestrator) => {
    if (known !== null && Date.now() - known.at < checkEveryMs) return known.value;
    let value: ProviderName | null = null;
    try {
      const { provider, model, label, problem } = await orchestrator.checkProvider();
      value = { name: `${provider}, ${model}${problem === null ? "" : ` (${problem.message})`}`, label };
    } catch {
      // A page is not the place to fail for this: it goes without the name until the next minute.
    }
    known = { value, at: Date.now() };
    return value;
  };
}
