/** What keeps the storage from taking a write. */
export type StorageFault = "full" | "unwritable";

/** What a host tells its Worker that tried to write where it keeps the state; null: it could. */
export interface DiskReport {
  fault: StorageFault | null;
}
