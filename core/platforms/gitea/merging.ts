import type { MergeOutcome, MergeRefusal } from "../../domain/platform/merging.ts";
import { type MergeRequest, PlatformError } from "../../ports/platform.ts";
import type { ApiRequest } from "../_shared/api.ts";
import type { Connection } from "./connection.ts";
import type { Pull } from "./convert.ts";
import { headOf, pullOf } from "./pulls.ts";

/**
 * Gitea looks for conflicts in the background after each push and says "try again later" meanwhile; but it
 * says so for a conflict that it has found, too. Seven seconds tell one from the other.
 */
const checkPausesMs: readonly number[] = [1_000, 2_000, 4_000];
/** The commit of a merge is written right after the answer. */
const recordPausesMs: readonly number[] = [250, 500, 1_000, 0];

/** @throws PlatformError as `CodeHost.merge` says; `conflict` when the base moved at the same moment */
export async function merge(
  connection: Connection,
  number: number,
  how: MergeRequest,
): Promise<MergeOutcome> {
  const pull = await pullOf(connection, number);
  if (pull.merged) return outcomeOf(connection, pull);
  if (pull.state === "closed") return not({ why: "blocked", words: "the pull request is closed" });
  if (pull.head.sha !== how.head) return not({ why: "head-moved", head: pull.head.sha || null });
  const base = await headOf(connection, pull.base.ref);
  if (base === null) return not({ why: "blocked", words: `there is no branch ${pull.base.ref}` });
  if (base !== how.base) return not({ why: "base-moved", base });
  const request = mergeRequest(connection, number, how.method, {
    ...{ head_commit_id: how.head, merge_title_field: how.title, merge_message_field: how.message },
    ...(connection.can.smallLetters ? {} : { MergeTitleField: how.title, MergeMessageField: how.message }),
  });
  try {
    await whenChecked(connection, request);
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    // Somebody else may have merged it, or the answer to an earlier try was lost.
    const now = isMaybeMerged(error) ? await pullOf(connection, number) : pull;
    if (now.merged) return outcomeOf(connection, now);
    return not(refusalOf(error, now));
  }
  return outcomeOf(connection, await pullOf(connection, number));
}

/** Marks a pull request as merged by `sha`, which the base branch has already. */
export async function markMerged(connection: Connection, number: number, sha: string): Promise<void> {
  if ((await pullOf(connection, number)).merged) return;
  const content = { merge_commit_id: sha, ...(connection.can.smallLetters ? {} : { MergeCommitID: sha }) };
  try {
    await connection.api.tell(mergeRequest(connection, number, "manually-merged", content));
  } catch (error) {
    if ((await pullOf(connection, number)).merged) return;
    const isRule = error instanceof PlatformError && error.message.startsWith("merge: 405 ");
    throw isRule ? refused("not-mergeable", error.message.slice("merge: ".length), error) : error;
  }
}

function mergeRequest({ at, can }: Connection, number: number, method: string, content: object): ApiRequest {
  const body = { [can.smallLetters ? "do" : "Do"]: method, ...content };
  return { operation: "merge", method: "POST", path: at`/pulls/${number}/merge`, body };
}

async function whenChecked({ api, pause }: Connection, request: ApiRequest): Promise<void> {
  for (const ms of checkPausesMs) {
    try {
      return await api.tell(request);
    } catch (error) {
      if (!(error instanceof PlatformError) || !/\b405 .*try again later/i.test(error.message)) throw error;
      await pause(ms);
    }
  }
  return api.tell(request);
}

/** "Merged already" is 405 without a word; an answer may have been lost, or stood for another merge. */
function isMaybeMerged({ kind, message }: PlatformError): boolean {
  return kind === "transient" || kind === "conflict" || / 405 /.test(message);
}

/**
 * By Gitea's words (routers/api/v1/repo/pull.go): 405 a rule is not met; 409 "head out of date"; 409 "merge
 * push out of date" when the base moved; 409 with git's output for a conflict, or a hook that refused.
 *
 * @throws `error` when it says nothing about the pull request
 */
function refusalOf(error: PlatformError, pull: Pull): MergeRefusal {
  const words = error.message.slice(`${error.operation}: `.length);
  // Said of a conflict that it has found, too; and by now it has looked.
  if (/^405 .*try again later/i.test(words)) return { why: "conflict", words };
  if (words.startsWith("405 ")) return { why: "blocked", words };
  if (error.kind !== "conflict" || /merge push out of date/i.test(words)) throw error;
  if (/head out of date/i.test(words)) return { why: "head-moved", head: pull.head.sha || null };
  return { why: /push ?rejected/i.test(words) ? "blocked" : "conflict", words };
}

function not(refusal: MergeRefusal): MergeOutcome {
  return { state: "refused", refusal };
}

async function outcomeOf(connection: Connection, merged: Pull): Promise<MergeOutcome> {
  let pull = merged;
  for (const ms of recordPausesMs) {
    if (pull.merged && pull.merge_commit_sha !== "") return { state: "merged", sha: pull.merge_commit_sha };
    await connection.pause(ms);
    pull = await pullOf(connection, pull.number);
  }
  throw refused("transient", "it is merged, and Gitea does not yet say as which commit");
}

function refused(kind: PlatformError["kind"], message: string, cause?: unknown): PlatformError {
  return new PlatformError({ kind, operation: "merge", message }, { cause });
}
