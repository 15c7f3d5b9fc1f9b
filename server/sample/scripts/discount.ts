import { discountTitle } from "../issues.ts";
import type { IssueScriptInput } from "../script.ts";

const test = `import assert from "node:assert/strict";
import { test } from "node:test";
`;
const tea = `const tea = { text: "Tea", quantity: 2, unitPrice: 100, taxPercent: 19 };
const book = { text: "Book", quantity: 1, unitPrice: 1000, taxPercent: 7 };
`;

const functionTests = `${test}import { withDiscount } from "../src/discount.ts";
import { totals } from "../src/invoice.ts";
import { printInvoice } from "../src/print.ts";

${tea}const invoice = { number: "1", lines: [tea, book] };

test("a discount lowers the net amount of every tax rate", () => {
  assert.deepEqual(totals(withDiscount(invoice, 10)), { net: 1080, tax: 34 + 63, gross: 1177 });
});

test("the discount is seen on the printed invoice", () => {
  assert.match(printInvoice(withDiscount(invoice, 10)), /^Discount 10 % +1 x +-0\\.20$/m);
});

test("the invoice that was given stays as it is", () => {
  withDiscount(invoice, 50);
  assert.equal(invoice.lines.length, 2);
});

test("a discount below 0 or above 100 percent is refused", () => {
  for (const percent of [-1, 101]) assert.throws(() => withDiscount(invoice, percent), RangeError);
});
`;

const discountFunction = `import type { Invoice, Line } from "./invoice.ts";
import { lineNet } from "./invoice.ts";
import { roundHalfUp } from "./rounding.ts";

/**
 * The invoice with one more line per tax rate that takes the discount off. Throws unless \`percent\` is
 * between 0 and 100. The given invoice stays as it is.
 */
export function withDiscount(invoice: Invoice, percent: number): Invoice {
  if (!(percent >= 0 && percent <= 100)) throw new RangeError(\`not a discount in percent: \${percent}\`);
  const rates = new Set(invoice.lines.map((line) => line.taxPercent));
  const discounts = [...rates].map((rate): Line => {
    const ofRate = invoice.lines.filter((line) => line.taxPercent === rate);
    const net = ofRate.reduce((sum, line) => sum + lineNet(line), 0);
    const taken = roundHalfUp((net * percent) / 100);
    return { text: \`Discount \${percent} %\`, quantity: 1, unitPrice: -taken, taxPercent: rate };
  });
  return { ...invoice, lines: [...invoice.lines, ...discounts] };
}
`;

const fieldTests = `${test}import { type Invoice, totals } from "../src/invoice.ts";
import { printInvoice } from "../src/print.ts";

${tea}const invoice: Invoice = { number: "1", lines: [tea, book], discountPercent: 10 };

test("a discount lowers the net amount of every tax rate", () => {
  assert.deepEqual(totals(invoice), { net: 1080, tax: 34 + 63, gross: 1177 });
});

test("the discount is seen on the printed invoice", () => {
  assert.match(printInvoice(invoice), /^Discount +10 % +-1\\.20$/m);
});

test("a discount below 0 or above 100 percent is refused", () => {
  for (const discountPercent of [-1, 101])
    assert.throws(() => totals({ ...invoice, discountPercent }), RangeError);
});
`;

const fieldEdits = [
  {
    path: "src/invoice.ts",
    old: "  number: string;\n  lines: Line[];\n",
    new: `  number: string;
  lines: Line[];
  /** Taken off the net amount of every tax rate; 0 to 100, none when absent. */
  discountPercent?: number;
`,
  },
  {
    path: "src/invoice.ts",
    old: 'import { taxOf } from "./tax.ts";',
    new: 'import { roundHalfUp } from "./rounding.ts";\nimport { taxOf } from "./tax.ts";',
  },
  {
    path: "src/invoice.ts",
    old: "  const netOfRate = new Map<number, Cents>();",
    new: `  const percent = invoice.discountPercent ?? 0;
  if (!(percent >= 0 && percent <= 100)) throw new RangeError(\`not a discount in percent: \${percent}\`);
  const netOfRate = new Map<number, Cents>();`,
  },
  {
    path: "src/invoice.ts",
    old: `  for (const [rate, amount] of netOfRate) {
    net += amount;
    tax += taxOf(amount, rate);
  }`,
    new: `  for (const [rate, amount] of netOfRate) {
    const left = amount - roundHalfUp((amount * percent) / 100);
    net += left;
    tax += taxOf(left, rate);
  }`,
  },
  {
    path: "src/print.ts",
    old: "  const sums = [\n",
    new: `  const full = invoice.lines.reduce((sum, line) => sum + lineNet(line), 0);
  const percent = invoice.discountPercent ?? 0;
  const discount = percent === 0 ? [] : [["Discount", \`\${percent} %\`, formatCents(net - full)]];
  const sums = [
    ...discount,
`,
  },
];

/** Issue 1, a feature: two options that are really built in different ways. */
export const discountScript: IssueScriptInput = {
  title: discountTitle,
  number: 1,
  plan: {
    kind: "feature",
    summary:
      "An invoice can carry a discount in percent, which lowers net amount and tax and is seen on paper.",
    complexity: 25,
    ambiguity: 20,
    questions: [],
    steps: [
      "Write tests for totals, the printed page and refused percentages in test/discount.test.ts.",
      "Take the discount off the net amount of every tax rate, rounded by src/rounding.ts.",
      "Let the printed invoice show what was taken off.",
      "Export the new name from src/index.ts and describe it in README.md.",
    ],
    files: ["test/discount.test.ts", "src/discount.ts", "src/index.ts", "README.md"],
    research: ["Net: the amount before tax. Gross: net and tax together."],
    needsTests: true,
    noTestReason: "",
    turnsLow: 9,
    turnsHigh: 14,
  },
  design: {
    options: [
      {
        id: "1",
        title: "A function that adds discount lines",
        approach:
          "withDiscount(invoice, percent) gives a new invoice with one negative line per tax rate. " +
          "Totals and printing need no change, because they know lines already.",
        pros: ["nothing that exists changes", "every discount is a line that the customer sees"],
        cons: ["a discounted invoice has more lines than the customer ordered"],
        complexity: 20,
        testStrategy:
          "Totals per rate, the printed line, refused percentages, and that the given invoice stays.",
        risk: "Low: only a new function. Two discounts on one invoice would be taken one after the other.",
      },
      {
        id: "2",
        title: "A field of the invoice",
        approach:
          "Invoice gets discountPercent; totals takes it off per rate, and printing shows it as a sum.",
        pros: ["lines stay what was ordered", "there is at most one discount"],
        cons: ["totals and printing have to know discounts"],
        complexity: 35,
        testStrategy: "Totals per rate, the printed sum, refused percentages.",
        risk: "Medium: code that copies invoices field by field would lose the discount.",
      },
    ],
    recommended: "1",
    rationale:
      "A discount line is what customers know from other bills, and no existing function has to " +
      "change, so nothing that works today can break.",
  },
  develop: {
    "1": {
      attempts: [
        {
          red: [{ path: "test/discount.test.ts", content: functionTests }],
          green: [
            { path: "src/discount.ts", content: discountFunction },
            {
              path: "src/index.ts",
              old: "export { type Invoice,",
              new: 'export { withDiscount } from "./discount.ts";\nexport { type Invoice,',
            },
            {
              path: "README.md",
              old: "| `invoice` | lines and totals |\n",
              new: "| `invoice` | lines and totals |\n| `discount` | takes a percentage off an invoice |\n",
            },
          ],
          refactor: [
            {
              path: "src/discount.ts",
              old: `import type { Invoice, Line } from "./invoice.ts";
import { lineNet } from "./invoice.ts";`,
              new: 'import { type Invoice, type Line, lineNet } from "./invoice.ts";',
            },
          ],
          commits: {
            red: "Test that a discount lowers net amount and tax",
            green: "Add discounts on whole invoices",
            refactor: "Import the invoice's names in one line",
          },
        },
      ],
    },
    "2": {
      attempts: [
        {
          red: [{ path: "test/discount.test.ts", content: fieldTests }],
          green: fieldEdits,
          commits: {
            red: "Test that a discount lowers net amount and tax",
            green: "Let an invoice carry a discount",
          },
        },
      ],
    },
  },
  reviews: [
    {
      summary: "Does what the issue asks for; the tests cover both tax rates and the refused percentages.",
      findings: [],
    },
  ],
};
