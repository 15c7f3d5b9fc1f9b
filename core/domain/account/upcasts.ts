import type { Upcasts } from "../upcast.ts";

/** Older events of the account: an entry here raises the version of all of them. */
export const accountUpcasts: Upcasts = [];
