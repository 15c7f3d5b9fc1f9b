import * as rest from "@tamma/core/protocol/rest.ts";
import type { z } from "zod";
import type { Client } from "./client.ts";

export const loopPath = (loop: string): string => `/loops/${encodeURIComponent(loop)}`;

/** What people say to a loop, in the REST API. */
export function decisionCalls(client: Client) {
  return {
    decide: (loop: string, checkpoint: string, input: z.input<typeof rest.DecideCheckpoint>) =>
      client.send(
        `${loopPath(loop)}/checkpoints/${encodeURIComponent(checkpoint)}`,
        input,
        rest.CommandAnswer,
      ),
    answer: (loop: string, input: z.input<typeof rest.AnswerQuestions>) =>
      client.send(`${loopPath(loop)}/questions`, input, rest.CommandAnswer),
    resolve: (loop: string, escalation: string, input: z.input<typeof rest.ResolveEscalation>) =>
      client.send(
        `${loopPath(loop)}/escalations/${encodeURIComponent(escalation)}`,
        input,
        rest.CommandAnswer,
      ),
    clearObstacle: (loop: string) => client.send(`${loopPath(loop)}/retry`, {}, rest.CommandAnswer),
    pause: (loop: string) => client.send(`${loopPath(loop)}/pause`, {}, rest.CommandAnswer),
    escalate: (loop: string, reason: string) =>
      client.send(`${loopPath(loop)}/escalate`, { reason }, rest.CommandAnswer),
    cancel: (loop: string, reason: string) =>
      client.send(`${loopPath(loop)}/cancel`, { reason }, rest.CommandAnswer),
    comment: (loop: string, input: z.input<typeof rest.NewComment>) =>
      client.send(`${loopPath(loop)}/comments`, input, rest.CommandAnswer),
  };
}
