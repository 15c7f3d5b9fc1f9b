/**
 * The nearest integer; half is rounded up, away from zero for negative values too, so that a credit note mirrors its
 * invoice.
 */
export function roundHalfUp(value: number): number {
  // The smallest step above the value: 1.005 * 100 is a little less than 100.5 in binary.
  const nudged = Math.abs(value) + Number.EPSILON * Math.abs(value);
  return Math.sign(value) * Math.floor(nudged + 0.5);
}
