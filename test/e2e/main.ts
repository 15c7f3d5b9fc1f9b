import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import type { LoopList } from "@tamma/core/protocol/rest.ts";
import { sampleIssues } from "../../server/sample/issues.ts";
import { tick } from "../journey/processes.ts";
import * as site from "./site.ts";
import { type OwnTamma, startTamma } from "./tamma.ts";

/**
 * `npm run e2e:gitea`: from an empty Gitea to a merge there, by its public API and Tamma's own command line
 * alone. docs/platforms/gitea.md says what it needs. The last line says how it ended; the exit code is 0
 * after a merge.
 */
const usage = `npm run e2e:gitea -- [--webhook-url ADDRESS] [--port N] [--keep]

  TAMMA_E2E_GITEA_URL     where Gitea is, for example http://127.0.0.1:3000
  TAMMA_E2E_GITEA_TOKEN   a token of an administrator of it, with all scopes
  --webhook-url ADDRESS   where Gitea reaches this machine, when it is not on the same one
  --port N                where Tamma listens on 127.0.0.1; needed behind --webhook-url
  --keep                  leaves repository and account there, to be looked at`;

/** The whole loop; a slow machine takes a few minutes. */
const loopPatienceMs = 15 * 60_000;
/** A webhook takes milliseconds, a restarted Gitea sends after a while. */
const webhookPatienceMs = 60_000;

const begun = Date.now();
let steps = 0;
function say(what: string): void {
  steps += 1;
  const seconds = ((Date.now() - begun) / 1000).toFixed(1).padStart(6);
  process.stdout.write(`${seconds} s  ${String(steps).padStart(2)}. ${what}\n`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      "webhook-url": { type: "string" },
      ...{ port: { type: "string", default: "0" }, keep: { type: "boolean", default: false } },
      help: { type: "boolean", default: false },
    },
  });
  const { TAMMA_E2E_GITEA_URL: named, TAMMA_E2E_GITEA_TOKEN: token } = process.env;
  if (values.help || !named || !token) {
    process.stdout.write(`${usage}\n`);
    return values.help ? 0 : 2;
  }
  const url = named.replace(/\/+$/, "");
  const folder = mkdtempSync(join(tmpdir(), "tamma-e2e-"));
  const made: { repository?: string; bot?: string } = {};
  const there = await site.openSite(url, token);
  say(`Gitea ${there.version} at ${url} knows the token: it is ${there.owner}'s`);
  try {
    const bot = await site.makeBot(there, url);
    made.bot = bot.login;
    say(`made the account ${bot.login}, and a token for it`);
    made.repository = await site.makeRepository(there, url, bot.login, join(folder, "sample"));
    say(`made ${made.repository} with the sample project; ${bot.login} administrates it`);
    await using own = await startTamma(folder, Number(values.port));
    say(`started Tamma at ${own.url}, its runner, and the scripted engineer in a model's place`);
    await connect(own, { url, bot, repository: made.repository, webhookUrl: values["webhook-url"] ?? null });
    await wholeLoop(own, there, made.repository);
    return 0;
  } finally {
    if (values.keep) say(`left as it is: ${url}/${made.repository}, account ${made.bot}`);
    else {
      await site.removeAll(there, made);
      say("removed repository and account again");
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function connect(
  own: OwnTamma,
  to: { url: string; bot: site.Bot; repository: string; webhookUrl: string | null },
): Promise<void> {
  const file = own.secretFile("token", to.bot.token);
  const reach = to.webhookUrl === null ? [] : ["--webhook-url", to.webhookUrl];
  const connection = ["--platform", "gitea", "--url", to.url, "--token-file", file, ...reach];
  await own.tamma("connections", "add", "work", ...connection);
  say("tamma connections add work --platform gitea");
  await own.tamma("repos", "add", to.repository, "--connection", "work");
  say(`tamma repos add ${to.repository} --connection work`);
  await own.tamma("repos", "check", to.repository);
  say(`tamma repos check ${to.repository}: all is well`);
}

async function wholeLoop(own: OwnTamma, there: site.Site, repository: string): Promise<void> {
  const [wanted] = sampleIssues;
  if (!wanted) throw new Error("the sample has no issue");
  const issue = await site.openLabelled(there, repository, { title: wanted.title, body: wanted.body });
  say(`${there.owner} opens issue #${issue} "${wanted.title}" and gives it the label tamma`);
  const loop = await within(webhookPatienceMs, "no loop began: did the webhook reach Tamma?", async () => {
    const { loops } = JSON.parse(await own.tamma("status", "--all", "--json")) as LoopList;
    return loops.find((each) => each.issue === issue)?.id ?? null;
  });
  say("the webhook arrived: a loop began");
  const view = async () => JSON.parse(await own.tamma("status", loop, "--json")) as LoopView;
  const end = await within(loopPatienceMs, "the loop came to no end", async () => {
    const now = await view();
    if (now.endedAt !== null) return now;
    if (now.ask !== null) await answer(now, there, repository, issue);
    return null;
  });
  if (end.word !== "merged") throw new Error(`the loop ended as ${end.word}`);
  say(`the loop is over: merged as ${end.mergeSha}`);
  await within(webhookPatienceMs, "not all is done on Gitea", async () => {
    const left = await site.undone(there, repository, issue);
    return left.length === 0 ? "done" : null;
  });
  const pull = await site.pullOf(there, repository, issue);
  if (pull?.merge_commit_sha !== end.mergeSha)
    throw new Error(`Gitea merged ${String(pull?.merge_commit_sha)}, and the loop ${end.mergeSha}`);
  say(`Gitea says the same: pull request #${String(pull.number)} merged, issue closed, branch gone`);
}

/** A person's answer, as a comment where Tamma asks; nothing before the question stands there. */
async function answer({ ask }: LoopView, there: site.Site, repository: string, issue: number): Promise<void> {
  if (ask === null) return;
  if (ask.kind !== "checkpoint" && ask.kind !== "questions")
    throw new Error(`the loop needs a person: ${JSON.stringify(ask).slice(0, 2_000)}`);
  const at = await site.askedAt(there, repository, issue);
  if (at === null) return;
  const body =
    ask.kind === "checkpoint"
      ? "/tamma approve"
      : ask.questions.map(({ suggested }, n) => `/tamma answer ${n + 1} ${suggested}`).join("\n");
  await there.admin.call("POST", `/repos/${repository}/issues/${at}/comments`, { body });
  const what = ask.kind === "checkpoint" ? ask.checkpoint.kind : "questions";
  say(`Tamma asks (${what}); ${there.owner} comments in #${at}: ${body.split("\n")[0]}`);
}

/** What `look` finds, as soon as it finds something. */
async function within<T>(patienceMs: number, otherwise: string, look: () => Promise<T | null>): Promise<T> {
  for (const until = Date.now() + patienceMs; ; await tick()) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > until) throw new Error(otherwise);
  }
}

try {
  process.exitCode = await main();
  if (process.exitCode === 0) process.stdout.write("merged\n");
} catch (error) {
  process.stdout.write(`failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
