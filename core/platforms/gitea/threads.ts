import type { z } from "zod";
import type { PlatformUser } from "../../domain/platform/webhook.ts";
import type { ThreadNow } from "../../ports/platform-reading.ts";
import { type Connection, get } from "./connection.ts";
import { commentOf } from "./convert.ts";
import * as shapes from "./shapes.ts";

export type Review = z.infer<typeof shapes.review>;
export type ReviewComment = z.infer<typeof shapes.reviewComment>;

/** Comments at one place, the oldest first; never empty. */
export interface Thread {
  readonly first: ReviewComment;
  readonly comments: readonly ReviewComment[];
}

/** All reviews of a pull request, the oldest first; also those that are none yet. */
export async function reviewsOf({ all, at }: Connection, number: number): Promise<Review[]> {
  // What others have not sent yet is left out.
  const request = { operation: "reviews", path: at`/pulls/${number}/reviews`, gaps: true };
  return (await all(request, shapes.listOf(shapes.review))).sort(byId);
}

export async function commentsOfReview(
  { api, at }: Connection,
  number: number,
  review: string,
): Promise<ReviewComment[]> {
  const request = get("reviewComments", at`/pulls/${number}/reviews/${review}/comments`);
  return api.ask(request, shapes.listOf(shapes.reviewComment));
}

/**
 * Gitea has no threads: what people see as one are the comments of all reviews at the same line of the same
 * file.
 */
export async function threadsOf(connection: Connection, number: number): Promise<Thread[]> {
  const comments: ReviewComment[] = [];
  for (const review of await reviewsOf(connection, number)) {
    const isSent = review.state !== "PENDING" && review.comments_count !== 0;
    if (isSent) comments.push(...(await commentsOfReview(connection, number, review.id)));
  }
  return gathered(comments);
}

export function gathered(comments: readonly ReviewComment[]): Thread[] {
  const places = Map.groupBy([...comments].sort(byId), placeOf);
  return [...places.values()].flatMap((at) => (at[0] ? [{ first: at[0], comments: at }] : []));
}

function placeOf({ path, position, original_position: old }: ReviewComment): string {
  return JSON.stringify([path, position ?? 0, old ?? 0]);
}

function byId(a: { id: string }, b: { id: string }): number {
  return Number(a.id) - Number(b.id);
}

export function threadOf({ first, comments }: Thread, me: PlatformUser): ThreadNow {
  return {
    ...{ id: first.id, path: first.path, line: first.position || null },
    // Whoever resolved it stands at the comment that began it; without anybody it is open.
    resolved: comments.some(({ resolver }) => (resolver ?? null) !== null),
    comments: comments.map((comment) => commentOf(comment, me)),
  };
}
