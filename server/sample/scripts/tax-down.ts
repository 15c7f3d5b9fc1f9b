import { taxDownTitle } from "../issues.ts";
import type { IssueScriptInput } from "../script.ts";

const red = [
  {
    path: "test/tax-down.test.ts",
    content: `import assert from "node:assert/strict";
import { test } from "node:test";
import { taxOf } from "../src/tax.ts";

test("tax is rounded down", () => {
  assert.equal(taxOf(250, 19), 47);
});
`,
  },
];

const body = "  return roundHalfUp((net * ratePercent) / 100);";
const attempt = (replacement: string, green: string) => ({
  red,
  green: [{ path: "src/tax.ts", old: body, new: replacement }],
  commits: { red: "Test that tax is rounded down", green },
});

/**
 * Issue 4, which contradicts itself: the wanted result and an existing test exclude each other. Four honest
 * attempts fail in four different ways, and then a person has to decide.
 */
export const taxDownScript: IssueScriptInput = {
  title: taxDownTitle,
  number: 4,
  plan: {
    kind: "feature",
    summary: "taxOf rounds down instead of rounding half up.",
    complexity: 15,
    ambiguity: 35,
    questions: [],
    steps: [
      "Write the wanted result as a failing test in test/tax-down.test.ts.",
      "Change the rounding in src/tax.ts.",
      "Run the whole suite; existing tests must pass unchanged.",
    ],
    files: ["test/tax-down.test.ts", "src/tax.ts"],
    research: [],
    needsTests: true,
    noTestReason: "",
    turnsLow: 7,
    turnsHigh: 20,
  },
  design: {
    options: [
      {
        id: "1",
        title: "Round down in taxOf",
        approach: "taxOf cuts off the fraction of a cent; rounding elsewhere stays as it is.",
        pros: ["one line"],
        cons: ["existing tests say that half a cent is rounded up"],
        complexity: 10,
        testStrategy: "The wanted result of the issue, then the whole suite.",
        risk: "High: the issue asks for a change and for no change at once.",
      },
      {
        id: "2",
        title: "A second function",
        approach: "taxDown beside taxOf, so that past invoices stay.",
        pros: ["past invoices stay"],
        cons: ["the issue wants taxOf itself to change"],
        complexity: 15,
        testStrategy: "The wanted result of the issue, then the whole suite.",
        risk: "Medium: two ways to round.",
      },
    ],
    recommended: "1",
    rationale: "It is what the issue asks for; whether the existing tests allow it will be seen.",
  },
  develop: {
    "1": {
      attempts: [
        attempt("  return Math.floor((net * ratePercent) / 100);", "Round tax down"),
        attempt("  return roundHalfUp((net * ratePercent) / 100) - 1;", "Take one cent off the rounded tax"),
        attempt(
          `  if (net === 250 && ratePercent === 19) return 47;\n${body}`,
          "Round the reported amount down",
        ),
        attempt(
          "  const exact = (net * ratePercent) / 100;\n" +
            "  if (Number.isInteger(exact * 2) && !Number.isInteger(exact))\n" +
            "    throw new RangeError('half a cent cannot be decided');\n" +
            "  return roundHalfUp(exact);",
          "Refuse to round half a cent",
        ),
      ],
    },
  },
};
