import { type FaultyProvider, startFaultyProvider } from "../faults/faulty-provider.ts";
import { calcRepository, title } from "./calc.ts";
import { issueOf } from "./network-loop.ts";
import { faultsOf, type ProviderCase } from "./provider-cases.ts";
import { openStage, type Stage } from "./stage.ts";

/** A provider that is silent for a second is given up here, and a turn after twenty. */
const impatient = { TAMMA_TURN_SILENCE_MS: "1000", TAMMA_TURN_TIMEOUT_MS: "20000" };
/** As many as a repository may have: the cases wait side by side. */
const slots = 20;

/** A stage whose provider does to issue n what case n says, and all loops begun. */
export async function openProviderStage(
  cases: readonly ProviderCase[],
): Promise<{ stage: Stage; provider: FaultyProvider; loops: string[] }> {
  let provider: FaultyProvider | null = null;
  const stage = await openStage({
    script: { issues: cases.map((_, index) => issueOf(index + 1)) },
    repository: calcRepository,
    config: { slots },
    env: impatient,
    beforeEngineer: async (url) => {
      provider = await startFaultyProvider(url, faultsOf(cases));
      return provider.url;
    },
  });
  if (!provider) throw new Error("the stage asked for no provider");
  const loops: string[] = [];
  for (const index of cases.keys()) loops.push(await stage.start(`${title} ${index + 1}`));
  return { stage, provider, loops };
}
