import type { DiskReport, StorageFault } from "@tamma/core/protocol/disk.ts";

/** SQLite's own names, which workerd puts at the end of its messages (seen on a full tmpfs). */
const full = /SQLITE_FULL|disk is full|ENOSPC/;
const unwritable = /SQLITE_READONLY|SQLITE_IOERR|SQLITE_CANTOPEN|disk I\/O error|EROFS/;
/** All that workerd says when a commit fails and not a statement: the cause stands in its own log. */
const withoutReason = /^internal error; reference = /;

/** Null for any other fault. The words may stand in a cause. */
export function storageFaultOf(thrown: unknown): StorageFault | null {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if (full.test(error.message)) return "full";
    if (unwritable.test(error.message)) return "unwritable";
  }
  return null;
}

/**
 * The same, and where the fault has no words the disk itself is asked.
 *
 * @param disk the host's answer is a `DiskReport`; absent where there is no host with a disk of its own
 */
export async function findStorageFault(
  thrown: unknown,
  disk: Pick<Fetcher, "fetch"> | undefined,
): Promise<StorageFault | null> {
  const known = storageFaultOf(thrown);
  if (known !== null || !disk || !(thrown instanceof Error) || !withoutReason.test(thrown.message))
    return known;
  try {
    const answer = await disk.fetch("http://host/disk");
    return (await answer.json<DiskReport>()).fault;
  } catch {
    // A host that cannot say it leaves the fault without a reason.
    return null;
  }
}
