import type { IssueSnapshot } from "../domain/loop/work.ts";
import type { Block } from "./blocks.ts";

/** What every task about an issue is told. */
export interface IssueInput {
  readonly issue: IssueSnapshot;
  /** The survey's bundle: map of the repository, named files, last commits. Empty when there is none. */
  readonly context: string;
  readonly clarifications: readonly { question: string; answer: string }[];
  /** Words that people added, the newest last. */
  readonly instructions: readonly string[];
  /** Random, new for every turn, at least 16 characters. */
  readonly nonce: string;
}

/** A longer body is a log that somebody pasted; its beginning says what it is. */
const bodyCharsMax = 20_000;
const commentCharsMax = 4_000;
/** The newest comments count most, and a long quarrel must not push the repository out of the context. */
const commentsMax = 30;
/** About 20,000 tokens: the survey keeps to less. */
const contextCharsMax = 80_000;
const instructionsCharsMax = 10_000;

/** The blocks in the order from stable to fresh. */
export function issueBlocks(input: IssueInput): Block[] {
  const { issue } = input;
  const blocks: Block[] = [
    { kind: "data", label: "repository", text: input.context, charsMax: contextCharsMax },
    {
      kind: "data",
      label: `issue ${issue.number}, written by ${issue.author}`,
      text: `Title: ${issue.title}\nLabels: ${issue.labels.join(", ") || "none"}\n\n${issue.body}`,
      charsMax: bodyCharsMax,
    },
    ...issue.comments.slice(-commentsMax).map(
      (comment): Block => ({
        kind: "data",
        label: `comment on the issue, written by ${comment.author}`,
        text: comment.body,
        charsMax: commentCharsMax,
      }),
    ),
  ];
  if (input.clarifications.length > 0) blocks.push(clarificationBlock(input.clarifications));
  if (input.instructions.length > 0)
    blocks.push({
      kind: "instructions",
      label: "added by people, the newest last",
      text: input.instructions.map((text) => `- ${text}`).join("\n"),
      charsMax: instructionsCharsMax,
    });
  return blocks;
}

function clarificationBlock(clarifications: IssueInput["clarifications"]): Block {
  return {
    kind: "instructions",
    label: "answers to the questions that were asked",
    text: clarifications
      .map(({ question, answer }) => `Question: ${question}\nAnswer: ${answer}`)
      .join("\n\n"),
    charsMax: instructionsCharsMax,
  };
}
