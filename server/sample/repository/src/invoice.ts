import type { Cents } from "./money.ts";
import { taxOf } from "./tax.ts";

/** One position of an invoice. `unitPrice` is net. */
export interface Line {
  text: string;
  quantity: number;
  unitPrice: Cents;
  taxPercent: number;
}

export interface Invoice {
  number: string;
  lines: Line[];
}

export interface Totals {
  net: Cents;
  tax: Cents;
  gross: Cents;
}

/** The net amount of one line. */
export function lineNet(line: Line): Cents {
  return line.quantity * line.unitPrice;
}

/** What the invoice comes to. Tax is taken once per rate, on the sum of its lines. */
export function totals(invoice: Invoice): Totals {
  const netOfRate = new Map<number, Cents>();
  for (const line of invoice.lines)
    netOfRate.set(line.taxPercent, (netOfRate.get(line.taxPercent) ?? 0) + lineNet(line));
  let net = 0;
  let tax = 0;
  for (const [rate, amount] of netOfRate) {
    net += amount;
    tax += taxOf(amount, rate);
  }
  return { net, tax, gross: net + tax };
}
