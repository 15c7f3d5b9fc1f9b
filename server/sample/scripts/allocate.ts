import { allocateTitle } from "../issues.ts";
import type { IssueScriptInput } from "../script.ts";

const tests = `test("the parts add up to the whole, the first ones get the cents left over", () => {
  assert.deepEqual(allocate(10000, 3), [3334, 3333, 3333]);
  assert.deepEqual(allocate(5, 3), [2, 2, 1]);
});

test("a credit note is split like its invoice", () => {
  assert.deepEqual(allocate(-10000, 3), [-3334, -3333, -3333]);
});

`;

const oldBody = `  const share = Math.floor(total / parts);
  return Array.from({ length: parts }, () => share);`;

const restFirst = `  const share = Math.trunc(total / parts);
  const rest = total - share * parts;
  const more = Math.sign(rest);
  return Array.from({ length: parts }, (_, part) => (part < Math.abs(rest) ? share + more : share));`;

const cumulative = `  const size = Math.abs(total);
  const upTo = (part: number) => Math.ceil((size * part) / parts);
  return Array.from({ length: parts }, (_, part) => Math.sign(total) * (upTo(part + 1) - upTo(part)));`;

const red = [
  {
    path: "test/allocate.test.ts",
    old: 'test("one part is the whole", () => {',
    new: `${tests}test("one part is the whole", () => {`,
  },
];
const commits = {
  red: "Test that the parts of an amount add up to it",
  green: "Give the cents left over to the first parts",
};

/** Issue 2, a bug with a failing example. */
export const allocateScript: IssueScriptInput = {
  title: allocateTitle,
  number: 2,
  plan: {
    kind: "bug",
    summary: "allocate gives parts that add up to the whole; the first parts get one cent more where needed.",
    complexity: 10,
    ambiguity: 5,
    questions: [],
    steps: [
      "Write the reported example and a credit note as failing tests in test/allocate.test.ts.",
      "Give the cents that are left over to the first parts in src/allocate.ts.",
      "Run the whole suite.",
    ],
    files: ["test/allocate.test.ts", "src/allocate.ts"],
    research: [],
    needsTests: true,
    noTestReason: "",
    turnsLow: 7,
    turnsHigh: 10,
  },
  design: {
    options: [
      {
        id: "1",
        title: "Equal shares, then one cent each",
        approach:
          "Cut the total to equal shares and add one cent to as many first parts as cents are left over.",
        pros: ["reads like the report", "integers only"],
        cons: ["the sign has to be thought of for credit notes"],
        complexity: 10,
        testStrategy: "The reported example, an amount smaller than its parts, and a credit note.",
        risk: "Low: amounts that divide evenly give the same parts as before.",
      },
      {
        id: "2",
        title: "Differences of running totals",
        approach: "Part n is the rounded total up to n, minus the rounded total before it.",
        pros: ["cannot lose a cent by its form"],
        cons: ["the extra cents do not all go to the first parts for every amount, which the issue asks for"],
        complexity: 20,
        testStrategy: "The same tests.",
        risk: "Low, but harder to explain to a customer.",
      },
    ],
    recommended: "1",
    rationale: "It is the rule that the issue asks for, word by word.",
  },
  develop: {
    "1": { attempts: [{ red, green: [{ path: "src/allocate.ts", old: oldBody, new: restFirst }], commits }] },
    "2": {
      attempts: [{ red, green: [{ path: "src/allocate.ts", old: oldBody, new: cumulative }], commits }],
    },
  },
};
