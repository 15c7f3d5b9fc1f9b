import { currencyTitle } from "../issues.ts";
import type { IssueScriptInput } from "../script.ts";

const plan = {
  kind: "feature" as const,
  summary: "Amounts can be shown with the code of their currency and the digits that it has.",
  complexity: 30,
  steps: [
    "Write tests for euro, yen and dinar in test/format-money.test.ts.",
    "Add formatMoney(amount, currency) in src/format-money.ts.",
    "Export it from src/index.ts.",
  ],
  files: ["test/format-money.test.ts", "src/format-money.ts", "src/index.ts"],
  research: ["ISO 4217 names currencies by three letters and says how many digits their smallest unit has."],
  needsTests: true,
  noTestReason: "",
  turnsLow: 8,
  turnsHigh: 12,
};

const tests = `import assert from "node:assert/strict";
import { test } from "node:test";
import { formatMoney } from "../src/format-money.ts";

test("an amount is shown with the code of its currency", () => {
  assert.equal(formatMoney(123456, "EUR"), "1234.56 EUR");
  assert.equal(formatMoney(-5, "USD"), "-0.05 USD");
});

test("a currency has as many digits as its smallest unit", () => {
  assert.equal(formatMoney(1234, "JPY"), "1234 JPY");
  assert.equal(formatMoney(1234, "KWD"), "1.234 KWD");
});

test("an unknown currency and fractions of the smallest unit are refused", () => {
  assert.throws(() => formatMoney(100, "XXX"), RangeError);
  assert.throws(() => formatMoney(0.5, "EUR"), RangeError);
});
`;

const tableForm = `/** Digits of the smallest unit, by ISO 4217 code. */
const digitsOf: Readonly<Record<string, number>> = { EUR: 2, USD: 2, CHF: 2, GBP: 2, JPY: 0, KWD: 3 };

/**
 * An amount in the smallest unit of its currency as text: \`1234\` in JPY is \`1234 JPY\`, in EUR \`12.34
 * EUR\`. Throws for an unknown currency and for fractions of the smallest unit.
 */
export function formatMoney(amount: number, currency: string): string {
  const digits = digitsOf[currency];
  if (digits === undefined) throw new RangeError(\`unknown currency: \${currency}\`);
  if (!Number.isInteger(amount)) throw new RangeError(\`not whole units: \${amount}\`);
  const text = String(Math.abs(amount)).padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits);
  const fraction = digits === 0 ? "" : \`.\${text.slice(-digits)}\`;
  return \`\${amount < 0 ? "-" : ""}\${whole}\${fraction} \${currency}\`;
}
`;

const platformForm = `/** The currencies that we bill in. */
const known: ReadonlySet<string> = new Set(["EUR", "USD", "CHF", "GBP", "JPY", "KWD"]);

/**
 * An amount in the smallest unit of its currency as text: \`1234\` in JPY is \`1234 JPY\`, in EUR \`12.34
 * EUR\`. Throws for an unknown currency and for fractions of the smallest unit.
 */
export function formatMoney(amount: number, currency: string): string {
  if (!known.has(currency)) throw new RangeError(\`unknown currency: \${currency}\`);
  if (!Number.isInteger(amount)) throw new RangeError(\`not whole units: \${amount}\`);
  const format = new Intl.NumberFormat("en", { style: "currency", currency, useGrouping: false });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return \`\${(amount / 10 ** digits).toFixed(digits)} \${currency}\`;
}
`;

const attempt = (content: string) => ({
  red: [{ path: "test/format-money.test.ts", content: tests }],
  green: [
    { path: "src/format-money.ts", content },
    {
      path: "src/index.ts",
      old: "export { type Invoice,",
      new: 'export { formatMoney } from "./format-money.ts";\nexport { type Invoice,',
    },
  ],
  commits: { red: "Test amounts of several currencies", green: "Show amounts with their currency" },
});

/** Issue 3, which is too vague to be built as written: questions are asked first. */
export const currencyScript: IssueScriptInput = {
  title: currencyTitle,
  number: 3,
  plan: {
    ...plan,
    ambiguity: 75,
    steps: [],
    questions: [
      {
        id: "q1",
        question: "Which currencies do your customers pay in?",
        why: "Currencies differ in their digits: the yen has none, the dinar has three.",
        suggested: "Euro, US dollar, Swiss franc, pound, yen and Kuwaiti dinar.",
      },
      {
        id: "q2",
        question: "Should the amount carry the currency's code (12.34 EUR) or its sign (€12.34)?",
        why: "A sign such as $ stands for many currencies.",
        suggested: "The code, after the amount.",
      },
      {
        id: "q3",
        question: "Should amounts also be converted from one currency into another?",
        why: "That needs rates from somewhere, which this library does not have.",
        suggested: "No, only shown.",
      },
    ],
  },
  answered: { ...plan, ambiguity: 15, questions: [] },
  design: {
    options: [
      {
        id: "1",
        title: "A table of our own",
        approach: "A small table says how many digits each currency has; the amount is put together as text.",
        pros: ["the same result on every machine", "integers only"],
        cons: ["a new currency needs a line in the table"],
        complexity: 20,
        testStrategy: "Currencies with two, no and three digits, a negative amount, and what is refused.",
        risk: "Low: nothing that exists changes.",
      },
      {
        id: "2",
        title: "The digits that the platform knows",
        approach: "Intl.NumberFormat says how many digits a currency has; the amount is divided and printed.",
        pros: ["digits are kept up to date by the platform"],
        cons: ["depends on the data that Node was built with", "divides, which the house rules do not like"],
        complexity: 25,
        testStrategy: "The same tests.",
        risk: "Medium: very large amounts lose precision in the division.",
      },
    ],
    recommended: "1",
    rationale: "Bills must look the same on every machine, and six currencies are a short table.",
  },
  develop: {
    "1": { attempts: [attempt(tableForm)] },
    "2": { attempts: [attempt(platformForm)] },
  },
};
