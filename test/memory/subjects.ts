import { createHash } from "node:crypto";
import { copiedObject } from "../contracts/copied-object.ts";
import type { CopySubject } from "../contracts/copy-contract.ts";
import type { StoreSubject } from "../contracts/store-contract.ts";
import type { FaultSubject, Writes } from "../contracts/store-faults-contract.ts";
import type { RestoreSubject } from "../contracts/store-restore-contract.ts";
import type { SurvivalSubject } from "../contracts/store-survival-contract.ts";
import { Disk, type DiskAccess, type Snapshot } from "./disk.ts";
import { memoryCopy } from "./log-copy.ts";
import { memoryObjectStore } from "./store.ts";

/** The stores in memory, as the contracts in test/contracts want to meet them. */

const sha256 = (text: string) => createHash("sha256").update(text, "utf8").digest("hex");

export const memorySubject: StoreSubject & FaultSubject & SurvivalSubject & RestoreSubject = {
  name: "memory",
  sha256,
  withStore: (work) => {
    const { disk, writes } = breakableDisk();
    work(memoryObjectStore(disk), writes);
  },
  place: () => {
    const disk = new Disk();
    return { open: async (work) => work(memoryObjectStore(disk)), ends: {} };
  },
  object: (stream) => {
    const disk = new Disk();
    let kept: Snapshot = new Map();
    return copiedObject(stream.id, sha256, {
      copy: memoryCopy(),
      open: async (work) => work(memoryObjectStore(disk)),
      keep: async () => {
        kept = disk.snapshot();
      },
      putBack: async () => disk.restore(kept),
      setAside: async () => disk.table<readonly unknown[]>("set-aside").get(stream.id)?.length ?? 0,
    });
  },
};

/** A disk whose single writes can be made to fail. */
function breakableDisk(): { disk: DiskAccess; writes: Writes } {
  const disk = new Disk();
  let left: number | null = null;
  let made = 0;
  const count = () => {
    if (left === 0) throw new Error("the disk refuses to write");
    if (left !== null) left -= 1;
    made += 1;
  };
  const writes: Writes = {
    breakAfter: (n) => {
      left = n;
    },
    made: () => made,
  };
  const breakable: DiskAccess = {
    refuse: () => disk.refuse(),
    transaction: (work) => disk.transaction(work),
    table: <Row>(name: string) => {
      const { get, rows, put, drop } = disk.table<Row>(name);
      return {
        ...{ get, rows },
        put: (key: string, row: Row) => {
          count();
          put(key, row);
        },
        drop: (key: string) => {
          count();
          drop(key);
        },
      };
    },
  };
  return { disk: breakable, writes };
}

export const memoryCopySubject: CopySubject = { name: "memory copy", sha256, copy: memoryCopy };
