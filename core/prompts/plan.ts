import { Plan } from "../domain/loop/proposal.ts";
import { outputSchemaOf } from "../protocol/output-schema.ts";
import { answerTokensMax, blockRules, blocksMessage, type PromptRequest } from "./blocks.ts";
import { type IssueInput, issueBlocks } from "./issue-blocks.ts";

/** Raised with every change of the words below, so that results can be compared by version. */
export const planPromptVersion = "plan-2";

const system = [
  `You plan the work on one issue of a software repository (${planPromptVersion}). You write no code yet.`,
  "",
  "Say how ambiguous the issue is: 0 when there is nothing to ask, 100 when it cannot be built as " +
    "written. At 60 and more ask 2 to 5 questions whose answers would change what is built; otherwise " +
    "ask none. Never ask what the repository answers. When answers are given, plan with them and ask " +
    "nothing again.",
  "Plan 3 to 7 steps, tests first: each step one sentence that names files or functions. List the " +
    "paths that will probably change, tests included. A change of documentation, comments or formatting " +
    "alone needs no tests; say why then. Keep to what the issue asks for.",
  "",
  blockRules,
].join("\n");

/** Asks for a plan, or for the questions that have to be answered first. The answer is a `Plan`. */
export function planPrompt(input: IssueInput): PromptRequest {
  return {
    system,
    messages: blocksMessage(input.nonce, "Plan the work on this issue.", issueBlocks(input)),
    tools: [],
    outputSchema: outputSchemaOf(Plan),
    maxOutputTokens: answerTokensMax,
  };
}
