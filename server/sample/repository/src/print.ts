import { type Invoice, lineNet, totals } from "./invoice.ts";
import { formatCents } from "./money.ts";
import { alignColumns } from "./table.ts";

/** The invoice as a page of text, without a line end at the end. */
export function printInvoice(invoice: Invoice): string {
  const { net, tax, gross } = totals(invoice);
  const lines = invoice.lines.map((line) => [line.text, `${line.quantity} x`, formatCents(lineNet(line))]);
  const sums = [
    ["Net", "", formatCents(net)],
    ["Tax", "", formatCents(tax)],
    ["Total", "", formatCents(gross)],
  ];
  return `Invoice ${invoice.number}\n\n${alignColumns([...lines, ...sums])}`;
}
