import { z } from "zod";

/**
 * What the model proposes, as closed schemas. They are sent to the provider as output schemas, so they keep
 * to what every provider's structured output can express: objects, arrays, strings, numbers, enums, no
 * unions. Lengths are checked here and not sent (providers refuse such keywords).
 */
export const Question = z.object({
  id: z.string().describe("short id, unique in this list: q1, q2"),
  question: z.string().describe("one question that a person can answer in a sentence"),
  why: z.string().describe("what depends on the answer"),
  suggested: z.string().describe("the answer that you would take if you had to choose"),
});

export const Plan = z.object({
  kind: z.enum(["feature", "bug", "refactor", "docs", "chore"]),
  summary: z.string().describe("what will be different when this is done, in one or two sentences"),
  complexity: z.number().describe("0 (a typo) to 100 (a redesign)"),
  ambiguity: z.number().describe("0 (nothing to ask) to 100 (cannot be built as written)"),
  questions: z.array(Question).describe("2 to 5 questions when the issue is ambiguous, else empty"),
  steps: z.array(z.string()).describe("3 to 7 steps of the work, each one sentence"),
  files: z.array(z.string()).describe("paths that will probably change, tests included"),
  research: z.array(z.string()).describe("notes on terms that a reader of this repository may not know"),
  needsTests: z.boolean().describe("false only for documentation, comments or formatting"),
  noTestReason: z.string().describe("why no test is needed; empty when one is"),
  turnsLow: z.number().describe("fewest model turns you expect"),
  turnsHigh: z.number().describe("most model turns you expect"),
});

export const DesignOption = z.object({
  id: z.string().describe("1, 2 or 3"),
  title: z.string(),
  approach: z.string().describe("how it is built, in a few sentences"),
  pros: z.array(z.string()),
  cons: z.array(z.string()),
  complexity: z.number().describe("0 to 100"),
  testStrategy: z.string().describe("which tests will be written first and what they prove"),
  risk: z.string().describe("what could break, for whom"),
});

export const Design = z.object({
  options: z.array(DesignOption).describe("2 or 3 options that really differ"),
  recommended: z.string().describe("id of the option that you would take"),
  rationale: z.string().describe("why, in a few sentences that a reader outside the code understands"),
});

export const Finding = z.object({
  path: z.string(),
  line: z.number().describe("line in the new file, 0 for the file as a whole"),
  severity: z.enum(["blocking", "warning", "note"]),
  title: z.string(),
  detail: z.string(),
  suggestion: z.string().describe("what to do instead; empty when there is nothing to say"),
});

export const Review = z.object({
  summary: z.string(),
  findings: z.array(Finding),
});

export type Question = z.infer<typeof Question>;
export type Plan = z.infer<typeof Plan>;
export type DesignOption = z.infer<typeof DesignOption>;
export type Design = z.infer<typeof Design>;
export type Finding = z.infer<typeof Finding>;
export type Review = z.infer<typeof Review>;

/** The tasks that one tool-less model turn answers, and the schema of each answer. */
export const modelOutputs = { plan: Plan, design: Design, review: Review } as const;
export type ModelTask = keyof typeof modelOutputs;

/** At this ambiguity (0-100) and above a plan without questions is refused: somebody has to be asked. */
export const ambiguityAskMin = 60;

/** What a well-formed proposal still gets wrong, in words for the model; empty when it is fine. */
export function planProblems(plan: Plan, answered: boolean): string[] {
  const problems: string[] = [];
  const outside = (n: number) => !(n >= 0 && n <= 100);
  if (outside(plan.complexity)) problems.push("complexity must be between 0 and 100");
  if (outside(plan.ambiguity)) problems.push("ambiguity must be between 0 and 100");
  if (!answered && plan.ambiguity >= ambiguityAskMin && plan.questions.length === 0)
    problems.push(`ambiguity ${plan.ambiguity} needs questions`);
  if (plan.questions.length > 5) problems.push("ask at most 5 questions");
  if (new Set(plan.questions.map((q) => q.id)).size !== plan.questions.length)
    problems.push("question ids must be unique");
  const asks = plan.questions.length > 0 && !answered;
  if (!asks && (plan.steps.length < 3 || plan.steps.length > 7)) problems.push("plan 3 to 7 steps");
  if (!plan.needsTests && plan.noTestReason.trim() === "") problems.push("say why no test is needed");
  return problems;
}

export function designProblems(design: Design): string[] {
  const problems: string[] = [];
  if (design.options.length < 2 || design.options.length > 3) problems.push("propose 2 or 3 options");
  const ids = design.options.map((option) => option.id);
  if (new Set(ids).size !== ids.length) problems.push("option ids must be unique");
  if (!ids.includes(design.recommended))
    problems.push(`recommended option ${design.recommended} does not exist`);
  return problems;
}
