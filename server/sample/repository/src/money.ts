/** An amount in cents: an integer, so that sums are exact. */
export type Cents = number;

/** The cents of a text such as `12.34`, `-0.5` or `7`. Throws for anything else. */
export function toCents(text: string): Cents {
  const match = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(text.trim());
  if (!match) throw new RangeError(`not an amount: ${text}`);
  const [, sign = "", whole = "0", fraction = ""] = match;
  const cents = Number(whole) * 100 + Number(fraction.padEnd(2, "0"));
  return sign === "-" && cents !== 0 ? -cents : cents;
}

/** An amount with two digits after the point: `1234` is `12.34`. Throws when it is not an integer. */
export function formatCents(cents: Cents): string {
  if (!Number.isInteger(cents)) throw new RangeError(`not whole cents: ${cents}`);
  const digits = String(Math.abs(cents)).padStart(3, "0");
  return `${cents < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
