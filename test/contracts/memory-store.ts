import type { Store } from "@tamma/core/ports/store.ts";
import { Disk } from "../memory/disk.ts";
import { memoryObjectStore } from "../memory/store.ts";

/** A store on a disk of its own, in memory. */
export function memoryStore(): Store {
  return memoryObjectStore(new Disk());
}
