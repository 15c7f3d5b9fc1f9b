import type { Upcasts } from "../upcast.ts";

/** Older events of a repository: an entry here raises the version of all of them. */
export const repositoryUpcasts: Upcasts = [];
