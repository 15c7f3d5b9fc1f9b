import type { Upcasts } from "../upcast.ts";

/** Older events of a loop: an entry here raises the version of all. See CONTRIBUTING, "Changing an event". */
export const loopUpcasts: Upcasts = [];
