import type { Cents } from "./money.ts";
import { roundHalfUp } from "./rounding.ts";

/** The tax on a net amount, in whole cents. Throws for a negative rate. */
export function taxOf(net: Cents, ratePercent: number): Cents {
  if (ratePercent < 0) throw new RangeError(`negative tax rate: ${ratePercent}`);
  return roundHalfUp((net * ratePercent) / 100);
}
