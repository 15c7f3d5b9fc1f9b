import type { IssueSnapshot } from "../domain/loop/work.ts";
import { authorOrigin, type Block } from "./blocks.ts";

/** What every task about an issue is told. */
export interface IssueInput {
  readonly issue: IssueSnapshot;
  /** The survey's bundle: map of the repository, named files, last commits. Empty when there is none. */
  readonly context: string;
  readonly clarifications: readonly Clarification[];
  /** Words that people added, the newest last. */
  readonly instructions: readonly string[];
  /** The delimiter: random, at least 16 characters. */
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
  const first = Math.max(0, issue.comments.length - commentsMax);
  return [
    {
      ...{ kind: "data", label: "repository", author: null, origin: "repository", form: "verbatim" },
      ...{ text: input.context, charsMax: contextCharsMax },
    },
    {
      ...{ kind: "data", label: `issue ${issue.number}`, author: issue.author, form: "markdown" },
      origin: authorOrigin(issue.mayWrite),
      text: `Title: ${issue.title}\nLabels: ${issue.labels.join(", ") || "none"}\n\n${issue.body}`,
      charsMax: bodyCharsMax,
    },
    ...issue.comments.slice(first).map(
      (comment, index): Block => ({
        ...{ kind: "data", label: `comment ${first + index + 1} on the issue`, author: comment.author },
        ...{ origin: authorOrigin(comment.mayWrite), form: "markdown" },
        ...{ text: comment.body, charsMax: commentCharsMax },
      }),
    ),
    ...clarificationBlocks(input.clarifications),
    ...instructionBlocks(input.instructions),
  ];
}

export interface Clarification {
  readonly question: string;
  readonly answer: string;
  /** The answer that the model would have given itself; what a person left as it was is the model's word. */
  readonly suggested?: string | undefined;
}

/** The questions are a model's words and data; what people answered are instructions. */
export function clarificationBlocks(clarifications: readonly Clarification[]): Block[] {
  if (clarifications.length === 0) return [];
  const asked = clarifications.map(({ question, suggested }, index) =>
    [`Question ${index + 1}: ${question}`, suggested ? `Suggested answer: ${suggested}` : ""]
      .join("\n")
      .trim(),
  );
  const answers = clarifications.map(({ answer, suggested }, index) =>
    answer === suggested ? `Answer ${index + 1}: as suggested.` : `Answer ${index + 1}: ${answer}`,
  );
  const shared = { author: null, form: "markdown", charsMax: instructionsCharsMax } as const;
  return [
    {
      kind: "data",
      label: "questions that were asked",
      origin: "model",
      ...shared,
      text: asked.join("\n\n"),
    },
    {
      ...{ kind: "instructions", label: "answers to these questions", origin: "person", ...shared },
      text: answers.join("\n\n"),
    },
  ];
}

/** Words that people added. */
export function instructionBlocks(instructions: readonly string[]): Block[] {
  if (instructions.length === 0) return [];
  return [
    {
      ...{ kind: "instructions", label: "added by people, the newest last", author: null, origin: "person" },
      form: "markdown",
      text: instructions.map((text) => `- ${text}`).join("\n"),
      charsMax: instructionsCharsMax,
    },
  ];
}
