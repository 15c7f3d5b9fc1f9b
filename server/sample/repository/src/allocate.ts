import type { Cents } from "./money.ts";

/** Splits an amount into equal parts, for example to pay in rates. Throws unless `parts` is a positive integer. */
export function allocate(total: Cents, parts: number): Cents[] {
  if (!Number.isInteger(parts) || parts < 1) throw new RangeError(`cannot split into ${parts} parts`);
  const share = Math.floor(total / parts);
  return Array.from({ length: parts }, () => share);
}
