import type { LoopSettings } from "@tamma/core/domain/loop/work.ts";
import type { Told } from "./teller.ts";

/** How one loop went. Its name is the name of its file. */
export interface LoopHistory {
  /** What happens, in a few words. */
  says: string;
  settings?: Partial<LoopSettings>;
  tell(told: Told): void;
}
export type LoopHistories = Readonly<Record<string, LoopHistory>>;
