import type { Repository } from "./state.ts";

/** Between objects only effects with keys: what the coordinator tells a loop. */
export type RepositoryEffect =
  | { kind: "start-loop"; key: string; loop: string; issue: number; claim: string }
  | { kind: "grant-slot"; key: string; loop: string; claim: string }
  | { kind: "grant-merge-turn"; key: string; loop: string; turn: string };

/** All that the present state wants to be known; keys are stable, so running it again adds nothing. */
export function reactRepository(repository: Repository): { effects: RepositoryEffect[]; timers: [] } {
  if (repository.state === "unknown") return { effects: [], timers: [] };
  const effects: RepositoryEffect[] = repository.holders.map((holder) => {
    const { loop, claim, issue } = holder;
    return holder.kind === "start"
      ? { kind: "start-loop", key: `start:${claim}`, loop, issue, claim }
      : { kind: "grant-slot", key: `slot:${claim}`, loop, claim };
  });
  if (repository.mergeTurn) {
    const { loop, turn } = repository.mergeTurn;
    effects.push({ kind: "grant-merge-turn", key: `merge:${turn}`, loop, turn });
  }
  return { effects, timers: [] };
}
