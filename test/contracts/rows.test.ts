import { createHash } from "node:crypto";
import { memoryClockRows } from "../memory/clock-rows.ts";
import { Disk } from "../memory/disk.ts";
import { memoryLeaseRows } from "../memory/lease-rows.ts";
import { memoryCopy } from "../memory/log-copy.ts";
import { memoryRepositoryIndex } from "../memory/repository-index.ts";
import { memoryObjectStore } from "../memory/store.ts";
import { memoryTrackerRows } from "../memory/tracker-rows.ts";
import { memoryTurnRows } from "../memory/turn-rows.ts";
import { copiedStoreContract } from "./copied-store-contract.ts";
import { rowsContract } from "./rows-contract.ts";

rowsContract({
  name: "memory",
  withRows: (work) => {
    const disk = new Disk();
    work({
      leases: (now) => memoryLeaseRows(disk, now),
      turns: (boot) => memoryTurnRows(disk, boot),
      index: () => memoryRepositoryIndex(disk),
      tracker: () => memoryTrackerRows(disk),
      clock: () => memoryClockRows(disk),
    });
  },
});

copiedStoreContract({
  name: "memory",
  sha256: (text) => createHash("sha256").update(text, "utf8").digest("hex"),
  withCopy: (work) => work(memoryObjectStore(new Disk()), memoryCopy()),
});
