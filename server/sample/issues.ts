/** The issues of the sample repository, in the order in which they are opened: 1, 2, 3, 4. */
export interface SampleIssue {
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
}

export const discountTitle = "Discount on a whole invoice";
export const allocateTitle = "Splitting an amount loses cents";
export const currencyTitle = "Show amounts in other currencies";
export const taxDownTitle = "Round tax down";

export const sampleIssues: readonly SampleIssue[] = [
  {
    title: discountTitle,
    labels: ["feature"],
    body: `We want to give regular customers a discount, for example 10 % on a whole invoice.

The tax has to be right: a discount lowers the net amount of every tax rate, and the tax is taken on
what is left. The customer should see on the printed invoice how much was taken off.

A discount is between 0 and 100 percent. Anything else is a mistake and should be refused.`,
  },
  {
    title: allocateTitle,
    labels: ["bug"],
    body: `A customer pays an invoice of 100.00 in three rates. We sent him three bills of 33.33, which is
99.99, and our bookkeeping refused the payment:

\`\`\`
Error: rates do not add up: expected 10000, got 9999
    at checkRates (bookkeeping/rates.ts:41:11)
    at book (bookkeeping/book.ts:18:3)
\`\`\`

It is easy to see in a shell:

\`\`\`
> allocate(10000, 3)
[ 3333, 3333, 3333 ]
\`\`\`

The parts have to add up to the whole. Please give the cents that are left over to the first parts,
one each: 3334, 3333, 3333. Credit notes (negative amounts) have to work the same way.`,
  },
  {
    title: currencyTitle,
    labels: ["feature", "question"],
    body: "Some customers pay in other currencies. The amounts should look right for them.",
  },
  {
    title: taxDownTitle,
    labels: ["feature"],
    body: `A colleague says that tax has to be rounded down: \`taxOf(250, 19)\` should give 47, not 48.

Please change that, for all rates. But nothing that works today may change: all existing tests must
stay as they are and pass, because the printed invoices of past years depend on them.`,
  },
];
