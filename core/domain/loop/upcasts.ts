import type { Upcasts } from "../upcast.ts";

/** Older events of a loop: an entry here raises the version of all of them (CONTRIBUTING, "Changing an event"). */
export const loopUpcasts: Upcasts = [];
