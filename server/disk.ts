import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { DiskReport } from "@tamma/core/protocol/disk.ts";
import { Response } from "miniflare";

/** What a commit of a few pages needs, with the log that SQLite keeps beside. */
const probeBytes = 128 * 1024;

/** Does the disk of this folder take a write now? It is tried: free space alone says nothing of a quota. */
export function diskReport(folder: string): DiskReport {
  const file = join(folder, `probe-${randomUUID()}`);
  try {
    const descriptor = openSync(file, "wx", 0o600);
    try {
      for (let left = probeBytes; left > 0; ) left -= writeSync(descriptor, Buffer.alloc(left, 1));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    return { fault: null };
  } catch (thrown) {
    const { code = "" } = thrown as NodeJS.ErrnoException;
    return { fault: code === "ENOSPC" || code === "EDQUOT" ? "full" : "unwritable" };
  } finally {
    rmSync(file, { force: true });
  }
}

/** The Worker's way to ask that: it sees no disk, and workerd gives no reason for a commit that failed. */
export function diskService(folder: string) {
  return { type: "fetcher", handler: () => Response.json(diskReport(folder)) } as const;
}
