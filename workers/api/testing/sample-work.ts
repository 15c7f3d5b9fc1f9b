import type { Design, Plan } from "@tamma/core/domain/loop/proposal.ts";

/** What a model proposed and a runner made, for tests of pages. */
export const samplePlan: Plan = {
  kind: "bug",
  summary:
    "Amounts are rounded half to even when an invoice is split, so that the parts add up to the whole.",
  complexity: 34,
  ambiguity: 22,
  questions: [],
  steps: [
    "Write a failing test for splitting 10.00 into three parts.",
    "Round with the largest remainder in split().",
    "Use split() in the invoice export.",
    "Describe the rule in the README.",
  ],
  files: ["src/money/split.ts", "src/money/split.test.ts", "src/export/invoice.ts", "README.md"],
  research: ["Largest remainder: give the leftover cents to the parts that lost most by rounding down."],
  needsTests: true,
  noTestReason: "",
  turnsLow: 8,
  turnsHigh: 20,
};

export const sampleDesign: Design = {
  recommended: "1",
  rationale: "The sum stays exact by construction and no caller has to change.",
  options: [
    {
      id: "1",
      title: "Largest remainder inside split()",
      approach:
        "Round every part down, then hand the missing cents to the largest remainders, first part first.",
      pros: ["Parts always add up", "One place to change"],
      cons: ["Parts may differ by a cent"],
      complexity: 30,
      testStrategy: "A table of splits, and a property: the parts add up for any amount and any count.",
      risk: "Exports of old invoices differ by a cent in single lines.",
    },
    {
      id: "2",
      title: "Keep fractions until export",
      approach: "Carry exact fractions through the model and round once, when an invoice is written.",
      pros: ["No rounding inside the model"],
      cons: ["Touches every caller of Money", "A new number type"],
      complexity: 70,
      testStrategy: "Golden files of ten invoices, and unit tests of the fraction type.",
      risk: "Every report that reads Money has to be looked at.",
    },
  ],
};

export const sampleDiff = `diff --git a/src/money/split.ts b/src/money/split.ts
index ${"1".repeat(40)}..${"2".repeat(40)} 100644
--- a/src/money/split.ts
+++ b/src/money/split.ts
@@ -1,5 +1,7 @@
 /** Splits an amount into parts of whole cents. */
-export function split(cents: number, parts: number): number[] {
-  return Array.from({ length: parts }, () => Math.round(cents / parts));
+export function split(cents: number, parts: number, mode: Mode): number[] {
+  const floor = Math.floor(cents / parts);
+  const left = cents - floor * parts;
+  return Array.from({ length: parts }, (_, i) => floor + (i < left ? 1 : 0));
 }
 // end
diff --git a/docs/rounding.md b/docs/rounding.md
new file mode 100644
index ${"0".repeat(40)}..${"3".repeat(40)}
--- /dev/null
+++ b/docs/rounding.md
@@ -0,0 +1,2 @@
+# Rounding
+Parts always add up.
\\ No newline at end of file
diff --git a/logo.png b/logo.png
index ${"4".repeat(40)}..${"5".repeat(40)} 100644
GIT binary patch
literal 5
McmZQzU|?VX00961

literal 4
LcmZQzU|;|M00aO5

diff --git a/old.txt b/old.txt
deleted file mode 100644
index ${"6".repeat(40)}..${"0".repeat(40)}
--- a/old.txt
+++ /dev/null
@@ -1 +0,0 @@
--- looks like a header
`;
