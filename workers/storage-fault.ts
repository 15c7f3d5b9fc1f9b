/** What keeps the storage from taking a write, as far as its words tell it. */
export type StorageFault = "full" | "unwritable";

/** SQLite's own names, which workerd puts at the end of its messages (seen on a full tmpfs). */
const full = /SQLITE_FULL|disk is full|ENOSPC/;
const unwritable = /SQLITE_READONLY|SQLITE_IOERR|SQLITE_CANTOPEN|disk I\/O error|EROFS/;

/** Null for any other fault. The words may stand in a cause. */
export function storageFaultOf(thrown: unknown): StorageFault | null {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if (full.test(error.message)) return "full";
    if (unwritable.test(error.message)) return "unwritable";
  }
  return null;
}
