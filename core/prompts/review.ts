import { type DesignOption, type Plan, Review } from "../domain/loop/proposal.ts";
import { outputSchemaOf } from "../protocol/output-schema.ts";
import { answerTokensMax, blockRules, blocksMessage, type PromptRequest } from "./blocks.ts";
import { type IssueInput, issueBlocks } from "./issue-blocks.ts";

/** Raised with every change of the words below, so that results can be compared by version. */
export const reviewPromptVersion = "review-2";

export interface ReviewInput extends IssueInput {
  readonly plan: Plan;
  readonly option: DesignOption;
  /** The whole change as `git diff` prints it. */
  readonly diff: string;
  /** What was run on it and how it ended, in words. */
  readonly receipts: string;
}

const planCharsMax = 20_000;
const receiptsCharsMax = 8_000;
/** About 40,000 tokens; a larger change cannot be reviewed in one look, by anybody. */
export const diffCharsMax = 160_000;

const verbatim = { kind: "data", author: null, form: "verbatim" } as const;

const system = [
  `You review one change of a software repository before it is merged (${reviewPromptVersion}).`,
  "",
  "Judge the diff against the issue, the plan and the chosen option. Report what is wrong with file " +
    "and line of the new file (line 0 for the file as a whole), why, and what to do instead. " +
    "`blocking`: wrong results, lost data, a security hole, a broken contract, a test that proves " +
    "nothing, or something the issue did not ask for and that can hurt. `warning`: should be better. " +
    "`note`: worth knowing. Report nothing that you cannot point at; no praise, no matters of taste, " +
    "nothing that the project's linter decides. No finding is a good result.",
  "Builds and tests have been run; their receipts are given. Do not doubt them, judge what they do " +
    "not cover.",
  "When the diff was cut, say so in the summary.",
  "",
  blockRules,
].join("\n");

/** Asks for a review of the whole change. The answer is a `Review`. */
export function reviewPrompt(input: ReviewInput): PromptRequest {
  const { diff, receipts } = input;
  const proposal = JSON.stringify({ plan: input.plan, option: input.option }, null, 2);
  return {
    system,
    messages: blocksMessage(input.nonce, "Review this change.", [
      ...issueBlocks(input),
      {
        ...verbatim,
        label: "plan and chosen option",
        origin: "model",
        text: proposal,
        charsMax: planCharsMax,
      },
      { ...verbatim, label: "what was run", origin: "program", text: receipts, charsMax: receiptsCharsMax },
      { ...verbatim, label: "diff", origin: "model", text: diff, charsMax: diffCharsMax },
    ]),
    tools: [],
    outputSchema: outputSchemaOf(Review),
    maxOutputTokens: answerTokensMax,
  };
}
