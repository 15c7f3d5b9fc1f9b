import type { IncomingMessage } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { accountOf, renderAccount } from "./account.ts";
import type { SimulatedForge } from "./index.ts";
import { Refusal } from "./model/refusal.ts";
import type { Issue } from "./model/types.ts";
import type { Doing, People } from "./people.ts";
import { send } from "./sending-answers.ts";
import { type Listening, listen } from "./server.ts";
import type { Answer } from "./state.ts";

/** A comment is at most as long as the platforms take it. */
const bodyBytesMax = 262_144;
/** The question is posted a moment after the loop has asked it; one that is not there by then never comes. */
const questionPatienceMs = 30_000;
const lookAgainMs = 50;

export interface Shown {
  readonly forge: SimulatedForge;
  readonly platform: string;
  /** For whom people act here: an administrator of the repository. */
  readonly owner: Doing;
  /** The login of the account that Tamma uses. */
  readonly bot: string;
}

/**
 * What stands in for a platform's pages: people look at what happened and do what they do there. `GET /` and
 * `GET /account`; `POST /issues` (JSON `title`, `body`), and with plain text as the body
 * `POST /issues/N/labels`, `/issues/N/comments`, and `/issues/N/answers`, which waits for the question that
 * Tamma asks about this issue and comments where it stands.
 */
export function openPages(shown: Shown): Promise<Listening> {
  return listen(async (request, response) => {
    const answer = answerOf(shown, request).catch((error: unknown): Answer => {
      if (error instanceof Refusal) return { status: 422, body: `${error.message}\n` };
      throw error;
    });
    send(response, await answer);
  });
}

async function answerOf(shown: Shown, request: IncomingMessage): Promise<Answer> {
  const { forge, platform, owner } = shown;
  // A page of somebody else's in the same browser must not decide here.
  const host = request.headers.host ?? "";
  if (request.headers.origin !== undefined || !/^(127\.0\.0\.1|localhost):\d+$/.test(host))
    return { status: 403, body: "This is for people on this machine, not for other pages.\n" };
  const path = request.url ?? "/";
  if (request.method === "GET") {
    const account = accountOf(forge, platform, owner.in);
    if (path === "/account") return { status: 200, body: account };
    return path === "/" ? { status: 200, body: renderAccount(account) } : nothing;
  }
  const [, number, what] = /^\/issues(?:\/(\d+)\/(labels|comments|answers))?$/.exec(path) ?? [];
  if (request.method !== "POST" || !path.startsWith("/issues")) return nothing;
  const text = await textOf(request);
  if (text === null) return { status: 413, body: `More than ${bodyBytesMax} bytes are too many.\n` };
  if (number === undefined || what === undefined) return path === "/issues" ? open(shown, text) : nothing;
  const { people } = forge;
  if (what === "labels") people.label(owner, Number(number), { add: [text.trim()] });
  else if (what === "comments") people.comment(owner, Number(number), text);
  else return reply(shown, people, Number(number), text);
  return { status: 201, body: { number: Number(number) } };
}

const nothing: Answer = { status: 404, body: "There is no page here.\n" };

function open({ forge, owner }: Shown, text: string): Answer {
  const { title, body } = JSON.parse(text) as { title: string; body: string };
  return { status: 201, body: { number: forge.people.openIssue(owner, { title, body }).number } };
}

async function reply(shown: Shown, people: People, number: number, text: string): Promise<Answer> {
  const deadline = AbortSignal.timeout(questionPatienceMs);
  for (;;) {
    const asked = askedAt(shown, number);
    if (asked !== null) {
      people.comment(shown.owner, asked, text);
      return { status: 201, body: { number: asked } };
    }
    if (deadline.aborted) return { status: 409, body: `No question is open about issue ${number}.\n` };
    await delay(lookAgainMs);
  }
}

/** Where a question about this issue waits: the number of the issue or of its pull request; else null. */
function askedAt({ forge, owner, bot }: Shown, number: number): number | null {
  const all = [...forge.repository(owner.in).issues.values()];
  const of = all.filter(
    (one) => one.number === number || one.pull?.headBranch.startsWith(`tamma/${number}-`),
  );
  return of.toReversed().find((one) => isAsked(one, owner.by, bot))?.number ?? null;
}

function isAsked({ comments, state }: Issue, owner: string, bot: string): boolean {
  const last = (fits: (comment: Issue["comments"][number]) => boolean) => comments.findLastIndex(fits);
  const asked = last(({ author, body }) => author.login === bot && body.includes("**Needs you"));
  return state === "open" && asked > last(({ author }) => author.login === owner);
}

/** Null: it is too long. */
async function textOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > bodyBytesMax) return null;
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString("utf8");
}
