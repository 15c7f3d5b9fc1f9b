import type { Instant } from "../ids.ts";

/** A comment as far as its place among others goes. `id` and `at` are the platform's own. */
export interface Placed {
  readonly id: string;
  readonly at: Instant;
}

/**
 * The newest of these notices that stood there before the comment: what its writer had in view. Null when
 * none did, or when nobody can tell whether the newest one did.
 */
export function inView<Notice extends Placed>(notices: readonly Notice[], comment: Placed): Notice | null {
  let newest: Notice | null = null;
  for (const notice of notices) {
    const order = placed(notice, comment);
    // To take an older one for it would decide about what is no longer asked; that is refused as well.
    if (order === "unknown") return null;
    if (order === "before" && (newest === null || placed(newest, notice) !== "after")) newest = notice;
  }
  return newest;
}

/**
 * Platforms tell time in whole seconds, and count comments of issues and pull requests together, upwards: so
 * ids tell the order where they are numbers. Else two comments of one second are in no order.
 */
function placed(one: Placed, other: Placed): "before" | "after" | "unknown" {
  const [a, b] = [numberOf(one.id), numberOf(other.id)];
  if (a !== null && b !== null && a !== b) return a < b ? "before" : "after";
  if (one.at === other.at) return "unknown";
  return one.at < other.at ? "before" : "after";
}

function numberOf(id: string): bigint | null {
  return /^\d{1,20}$/.test(id) ? BigInt(id) : null;
}
