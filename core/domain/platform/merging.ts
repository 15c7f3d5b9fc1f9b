import type { Sha } from "../ids.ts";

/**
 * Why a platform did not merge; nothing was changed. `head-moved`: the branch is at another commit (null: it
 * is gone). `base-moved`: the branch that it goes into is at `base` now. `conflict`: the two do not fit
 * together. `blocked`: a rule of the platform is not met. `words` are the platform's own.
 */
export type MergeRefusal =
  | { readonly why: "head-moved"; readonly head: Sha | null }
  | { readonly why: "base-moved"; readonly base: Sha }
  | { readonly why: "conflict"; readonly words: string }
  | { readonly why: "blocked"; readonly words: string };

/**
 * What a platform made of the wish to merge. `queued`: it merges in its own time, and is asked again until it
 * has merged or refuses.
 */
export type MergeOutcome =
  | { readonly state: "merged"; readonly sha: Sha }
  | { readonly state: "queued" }
  | { readonly state: "refused"; readonly refusal: MergeRefusal };
