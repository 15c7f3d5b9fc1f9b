import { Design, type Plan } from "../domain/loop/proposal.ts";
import { outputSchemaOf } from "../protocol/output-schema.ts";
import { answerTokensMax, blockRules, blocksMessage, type PromptRequest } from "./blocks.ts";
import { type IssueInput, issueBlocks } from "./issue-blocks.ts";

/** Raised with every change of the words below, so that results can be compared by version. */
export const designPromptVersion = "design-2";

export interface DesignInput extends IssueInput {
  readonly plan: Plan;
}

const planCharsMax = 20_000;

const system = [
  `You design the solution of one issue of a software repository (${designPromptVersion}). You write no ` +
    `code yet.`,
  "",
  "Propose 2 or 3 options that really differ: another place, another data structure, another " +
    "interface; not one option and its weaker copies. Say for each what speaks for it and against it, " +
    "how complex it is, which tests would be written first and what they prove, and what could break " +
    "for whom. Recommend one and say why in words that a reader outside the code understands: a person " +
    "chooses by them.",
  "Prefer the option that changes no signature other code relies on. When every option must, say so " +
    "as a risk.",
  "",
  blockRules,
].join("\n");

/** Asks for options to choose from. The answer is a `Design`. */
export function designPrompt(input: DesignInput): PromptRequest {
  const plan = JSON.stringify(input.plan, null, 2);
  return {
    system,
    messages: blocksMessage(input.nonce, "Propose the options for this plan.", [
      ...issueBlocks(input),
      {
        ...{ kind: "data", label: "plan", author: null, origin: "model", form: "verbatim" },
        ...{ text: plan, charsMax: planCharsMax },
      },
    ]),
    tools: [],
    outputSchema: outputSchemaOf(Design),
    maxOutputTokens: answerTokensMax,
  };
}
