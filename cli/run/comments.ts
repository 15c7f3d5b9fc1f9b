import type { Ask } from "@tamma/core/domain/loop/view.ts";
import { CliError, exitCodes } from "../exit-codes.ts";
import type { AheadAnswer } from "./ahead.ts";

/** The platform waits half a minute for its question to be there before it says no. */
const commentTimeoutMs = 45_000;
/**
 * A comment becomes a decision by a webhook. One that has done nothing by then was refused, and the refusal
 * stands below it.
 */
export const heardWithinMs = 30_000;

/** Where comments about an issue go; what is posted there stands where the loop asked. */
export type CommentsAt = { readonly pages: string; readonly issue: number };

/** What a person would write: one order a line. */
export function commentOf(answer: AheadAnswer): string {
  if (answer.kind === "checkpoint") return `/tamma ${answer.body.decision}`;
  return answer.body.answers
    .map((one, index) => `/tamma answer ${index + 1} ${one.answer.replace(/\s+/g, " ").trim()}`)
    .join("\n");
}

/** How a person comments from a shell; null for what no single order answers. */
export function renderCommentHowTo(ask: Ask, { pages, issue }: CommentsAt): string | null {
  const at = new URL(`/issues/${issue}/answers`, pages).href;
  if (ask.kind === "checkpoint") return `curl -d '/tamma approve' ${at}`;
  return ask.kind === "questions" ? `curl -d '/tamma answer 1 ...' ${at}` : null;
}

/** @throws CliError `failed` when the platform does not take it */
export async function postComment(text: string, { pages, issue }: CommentsAt): Promise<void> {
  const refused = (why: string, cause?: unknown) =>
    new CliError({
      ...{ exitCode: exitCodes.failed, code: "no-comment", cause },
      ...{
        message: `the simulated platform took no comment: ${why}`,
        todo: "answer here or in the dashboard",
      },
    });
  const signal = AbortSignal.timeout(commentTimeoutMs);
  const answer = await fetch(new URL(`/issues/${issue}/answers`, pages), {
    ...{ method: "POST", body: text, signal },
  }).catch((error: Error) => {
    throw refused(error.message, error);
  });
  if (!answer.ok) throw refused((await answer.text()).trim());
}
