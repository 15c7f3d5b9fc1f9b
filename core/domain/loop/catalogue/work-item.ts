import type { Plan } from "../proposal.ts";
import { blob, commit, type Entries, hash, loop, mia } from "./entry.ts";

const question = {
  ...{ id: "q1", question: "Round 2.5 up or to even?", why: "both are usual for money" },
  suggested: "up",
};
const plan: Plan = {
  ...{ kind: "bug", summary: "halves round up", complexity: 12, ambiguity: 20, questions: [] },
  steps: ["write a failing test", "change the rounding", "look at the callers"],
  ...{ files: ["src/round.ts", "test/round.test.ts"], research: [], needsTests: true, noTestReason: "" },
  ...{ turnsLow: 4, turnsHigh: 9 },
};
const option = (id: string, title: string) => ({
  ...{ id, title, approach: "scale, add a half, floor", pros: ["short"], cons: ["one more division"] },
  ...{
    complexity: 10,
    testStrategy: "a table of halves, negative ones too",
    risk: "callers that rely on it",
  },
});
const design = {
  options: [option("1", "Scale and floor"), option("2", "Use decimals")],
  ...{ recommended: "1", rationale: "it needs no new dependency" },
};

/** Events of the issue, the plan and the design. */
export const workItemEntries = {
  LoopStarted: {
    says: "A loop began for a work item, with the text and the settings of that moment.",
    example: {
      ...{ type: "LoopStarted", loop, claim: `${loop}~s1`, requester: mia },
      issue: {
        ...{ id: "7", number: 7, title: "Round half up", body: "1.5 becomes 1", author: "mia" },
        ...{ labels: ["bug"], comments: [], url: "http://localhost:8080/app/repos/calc/issues/7" },
      },
      repository: {
        ...{ connection: "local", id: "calc", name: "calc", url: "file:///srv/calc", defaultBranch: "main" },
      },
      settings: {
        ...{ level: "dev/consultant", confirmAssign: true, preApproved: [], budgetMicroUsdMax: 5_000_000 },
        ...{
          onEscalation: "hold",
          mergeMethod: "merge",
          checks: "runner",
          merges: "runner",
          noChecksAreGreen: false,
        },
        ...{ protectedPaths: ["billing/**"], membersMin: 1 },
      },
    },
  },
  WorkItemClaimed: {
    says: "The platform shows that the issue is being worked on by this loop.",
    example: { type: "WorkItemClaimed" },
  },
  ContextAdded: {
    says: "A person added words for this loop: at assign, with a change request, or as a hint.",
    example: { type: "ContextAdded", text: "Only amounts of money are concerned.", by: mia },
  },
  ContextCollected: {
    says: "The survey of the repository is done; its context is what the model gets to read.",
    example: {
      ...{ type: "ContextCollected", base: commit("b"), context: blob, hasTests: true },
      summary: "TypeScript, 14 files, node:test",
    },
  },
  AmbiguityScored: {
    says: "The model scored how unclear and how hard the issue is, both from 0 to 100.",
    example: { type: "AmbiguityScored", ambiguity: 70, complexity: 12 },
  },
  QuestionsAsked: {
    says: "The loop waits for a person's answers before it goes on.",
    example: { type: "QuestionsAsked", questions: [question], askedBy: "plan" },
  },
  QuestionAnswered: {
    says: "A person answered one question.",
    example: { type: "QuestionAnswered", question: "q1", answer: "up", by: mia, via: "dashboard" },
  },
  PlanProposed: {
    says: "The model proposed a plan, and it is valid.",
    example: { type: "PlanProposed", plan },
  },
  OptionsProposed: {
    says: "The model proposed options with their tradeoffs; an approval is bound to the plan's hash.",
    example: { type: "OptionsProposed", design, planHash: hash("5") },
  },
  DesignEdited: {
    says: "A person rewrote an option or wrote one of their own, and the plan's hash moved with it.",
    example: { type: "DesignEdited", option: "1", design, planHash: hash("6"), by: mia },
  },
  OptionChosen: {
    says: "A person chose the option that gets built.",
    example: { type: "OptionChosen", option: "1", by: mia },
  },
} satisfies Partial<Entries>;
