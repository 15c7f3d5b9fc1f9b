export { allocate } from "./allocate.ts";
export { type Invoice, type Line, lineNet, type Totals, totals } from "./invoice.ts";
export { type Cents, formatCents, toCents } from "./money.ts";
export { printInvoice } from "./print.ts";
export { roundHalfUp } from "./rounding.ts";
export { alignColumns } from "./table.ts";
export { taxOf } from "./tax.ts";
