import { type Lines, short } from "./lines.ts";

export const workItemLines = {
  LoopStarted: ({ requester, issue, settings }) =>
    `${requester.id} started work on #${issue.number} "${issue.title}" (${settings.level})`,
  WorkItemClaimed: () => "the issue is claimed",
  ContextAdded: ({ by, text }) => `${by.id} added: ${text}`,
  ContextCollected: ({ base, summary }) => `surveyed at ${short(base)}: ${summary}`,
  AmbiguityScored: ({ ambiguity, complexity }) => `ambiguity ${ambiguity}, complexity ${complexity}`,
  QuestionsAsked: ({ questions }) => `asked: ${questions.map((one) => one.question).join(" · ")}`,
  QuestionAnswered: ({ by, question, answer }) => `${by.id} answered ${question}: ${answer}`,
  PlanProposed: ({ plan }) => `plan: ${plan.summary}`,
  OptionsProposed: ({ design }) =>
    `options: ${design.options.map((one) => `${one.id} ${one.title}`).join(" · ")}`,
  DesignEdited: ({ by, option }) => `${by.id} wrote option ${option}`,
  OptionChosen: ({ by, option }) => `${by.id} chose option ${option}`,
} satisfies Partial<Lines>;
