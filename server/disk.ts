import { closeSync, fsyncSync, openSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DiskReport } from "@tamma/core/protocol/disk.ts";
import { Response } from "miniflare";

/** The databases write in steps of a few pages; without this much room the first command would fail. */
const probeBytes = 1_048_576;

/**
 * Tries to write in this folder. A full disk shows only when bytes are really written, not when a file is
 * made, and free space says nothing of a quota. Throws what the system throws.
 */
export function probeDisk(folder: string): void {
  const file = join(folder, `.probe-${process.pid}`);
  try {
    const handle = openSync(file, "w", 0o600);
    try {
      writeFileSync(handle, Buffer.alloc(probeBytes));
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } finally {
    rmSync(file, { force: true });
  }
}

/** There is no space left, or none for this user. */
export function isFull(code: string | undefined): boolean {
  return code === "ENOSPC" || code === "EDQUOT";
}

/** Does the disk of this folder take a write now? */
export function diskReport(folder: string): DiskReport {
  try {
    probeDisk(folder);
    return { fault: null };
  } catch (thrown) {
    return { fault: isFull((thrown as NodeJS.ErrnoException).code) ? "full" : "unwritable" };
  }
}

/** The Worker's way to ask that: it sees no disk, and workerd gives no reason for a commit that failed. */
export function diskService(folder: string) {
  return { type: "fetcher", handler: () => Response.json(diskReport(folder)) } as const;
}
