import { type CodeHost, type NewPullRequest, PlatformError } from "../../ports/platform.ts";
import type { ApiRequest } from "../_shared/api.ts";
import { bareTitle, draftTitle } from "../_shared/gitea-like/draft-title.ts";
import type { PutComment } from "../_shared/keyed-comments.ts";
import { keyIn, withMarker } from "../_shared/marker.ts";
import { unsupported } from "../_shared/unsupported.ts";
import { commentCharsMax } from "./capabilities.ts";
import { type Connection, get, within } from "./connection.ts";
import { isDraft, type Pull, refOf } from "./convert.ts";
import { addLabels } from "./labels.ts";
import { markMerged, merge } from "./merging.ts";
import { headOf, missing, newestOf, pullOf } from "./pulls.ts";
import { postReview, reviewRequest } from "./review.ts";
import * as shapes from "./shapes.ts";
import { type Thread, threadsOf } from "./threads.ts";

export function giteaCodeHost(connection: Connection, putComment: PutComment): CodeHost {
  const { api, at, can } = connection;
  return {
    openPullRequest: async (request) => refOf(await open(connection, request)),
    setDraft: ({ number }, draft) => setDraft(connection, number, draft),
    upsertComment: ({ number }, key, body) => putComment(number, key, body),
    addLabels: ({ number }, names) => addLabels(connection, number, names),
    submitReview: ({ number }, review) => postReview(connection, number, review),
    replyToThread: ({ number }, thread, key, text) => reply(connection, number, thread, key, text),
    updatePullRequest: async ({ number }, { title, body }) => {
      const named = title === undefined ? {} : { title: await titleFor(connection, number, title) };
      const change = { ...named, ...(body === undefined ? {} : { body }) };
      if (Object.keys(change).length > 0) await edit(connection, "updatePullRequest", number, change);
    },
    requestReviewers: ({ number }, logins) => requestReviewers(connection, number, logins),
    resolveThread: async ({ number }, thread) => {
      if (!can.resolveThreads)
        throw unsupported("resolveThread", "resolveThreads", "A reply says that the thread is dealt with.");
      const { first } = await threadWith(connection, number, thread);
      const request = get("resolveThread", at`/pulls/comments/${first.id}/resolve`);
      await api.tell({ ...request, method: "POST" });
    },
    merge: ({ number }, how) => merge(connection, number, how),
    deleteBranch: async (branch, head) => {
      const now = await headOf(connection, branch);
      if (now === null) return;
      const message = `${branch} is at ${now}, and not at ${head}`;
      if (now !== head) throw new PlatformError({ kind: "head-moved", operation: "deleteBranch", message });
      const request = get("deleteBranch", within(at`/branches`, branch));
      await api.find({ ...request, method: "DELETE" }, shapes.anything);
    },
    closePullRequest: async ({ number }) => {
      const { state } = await pullOf(connection, number);
      if (state === "open") await edit(connection, "closePullRequest", number, { state: "closed" });
    },
    recordMerge: ({ number }, sha) => markMerged(connection, number, sha),
  };
}

async function open(connection: Connection, request: NewPullRequest): Promise<Pull> {
  const known = await newestOf(connection, request.branch, "open");
  if (known) return known;
  const { branch: head, base, body, draft } = request;
  const content = { head, base, title: draftTitle(request.title, draft), body };
  const ask: ApiRequest = {
    ...{ operation: "openPullRequest", method: "POST", path: connection.at`/pulls`, body: content },
  };
  try {
    return await connection.api.ask(ask, shapes.pullRequest);
  } catch (error) {
    // Somebody, perhaps we ourselves, has opened it meanwhile.
    const isThere = error instanceof PlatformError && error.kind === "conflict";
    const now = isThere ? await newestOf(connection, head, "open") : null;
    if (now) return now;
    throw error;
  }
}

function edit(connection: Connection, operation: string, number: number, body: object): Promise<Pull> {
  const path = connection.at`/pulls/${number}`;
  return connection.api.ask({ operation, method: "PATCH", path, body }, shapes.pullRequest);
}

async function setDraft(connection: Connection, number: number, draft: boolean): Promise<void> {
  const pull = await pullOf(connection, number);
  if (isDraft(pull) === draft) return;
  const title = draftTitle(pull.title, draft);
  const changed = title === pull.title ? pull : await edit(connection, "setDraft", number, { title });
  if (isDraft(changed) === draft) return;
  throw unsupported(
    "setDraft",
    "draft",
    "This server has other prefixes for drafts: a person sets the title.",
  );
}

/** A new title leaves a draft a draft, and makes none of what is none. */
async function titleFor(connection: Connection, number: number, title: string): Promise<string> {
  const draft = isDraft(await pullOf(connection, number));
  return draftTitle(bareTitle(title), draft);
}

/** One name that Gitea does not take fails the whole call: then they are asked one by one. */
async function requestReviewers(connection: Connection, number: number, logins: readonly string[]) {
  const { api, at } = connection;
  const ask = (reviewers: readonly string[]) =>
    isTaken(
      api.tell({
        ...{ operation: "requestReviewers", method: "POST", body: { reviewers } },
        path: at`/pulls/${number}/requested_reviewers`,
      }),
    );
  if (logins.length === 0 || (await ask(logins))) return { refused: [] };
  const refused: string[] = [];
  for (const login of logins) if (logins.length === 1 || !(await ask([login]))) refused.push(login);
  return { refused };
}

/** False: the people named cannot be asked (422), or are not known (404). */
async function isTaken(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof PlatformError && ["validation", "not-found"].includes(error.kind)) return false;
    throw error;
  }
}

async function threadWith(connection: Connection, number: number, comment: string): Promise<Thread> {
  const threads = await threadsOf(connection, number);
  const thread = threads.find(({ comments }) => comments.some(({ id }) => id === comment));
  if (!thread) throw missing("threads", `comment ${comment} in the reviews of ${number}`);
  return thread;
}

async function reply(connection: Connection, number: number, thread: string, key: string, text: string) {
  const { api, at, can } = connection;
  const me = await connection.me();
  const { first, comments } = await threadWith(connection, number, thread);
  if (comments.some(({ user, body }) => user.id === me.id && keyIn(body) === key)) return;
  const body = withMarker(text, key, commentCharsMax);
  if (can.replies) {
    const path = at`/pulls/${number}/comments/${first.id}/replies`;
    await api.tell({ operation: "replyToThread", method: "POST", path, body: { body } });
    return;
  }
  // Gitea shows comments at the same place as one conversation, so a comment there is a reply.
  const place = { new_position: first.position ?? 0, old_position: first.original_position ?? 0 };
  const comment = { path: first.path, ...place, body };
  await api.tell(reviewRequest(connection, number, { body: "", comments: [comment] }));
}
