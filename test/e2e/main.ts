import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { LoopView } from "@tamma/core/domain/loop/view.ts";
import type { LoopList } from "@tamma/core/protocol/rest.ts";
import { sampleIssues } from "../../server/sample/issues.ts";
import { tick } from "../journey/processes.ts";
import { carelessScript, writeCheck } from "./own-checks.ts";
import * as site from "./site.ts";
import { type OwnTamma, startTamma } from "./tamma.ts";

/**
 * `npm run e2e:gitea`: from an empty Gitea to a merge there, by its public API and Tamma's own command line
 * alone. docs/platforms/gitea.md says what it needs. The last line says how it ended; the exit code is 0
 * after a merge.
 */
const usage = `npm run e2e:gitea -- [--webhook-url ADDRESS] [--port N] [--ci] [--runs-on LABEL] [--keep]

  TAMMA_E2E_GITEA_URL     where Gitea is, for example http://127.0.0.1:3000
  TAMMA_E2E_GITEA_TOKEN   a token of an administrator of it, with all scopes
  --webhook-url ADDRESS   where Gitea reaches this machine, when it is not on the same one
  --port N                where Tamma listens on 127.0.0.1; needed behind --webhook-url
  --ci                    runs of Gitea's own CI do the jobs, by the workflow that Tamma proposes: needs a
                          machine of its Actions on this one, in host mode, with Node 24 and --runs-on
  --runs-on LABEL         the machine's label; ubuntu-latest where it is not given
  --keep                  leaves repositories and account there, to be looked at`;

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

interface Wish {
  webhookUrl: string | null;
  port: number;
  /** The label of the machine of Gitea's CI that does the jobs; null: a runner of its own serves. */
  ci: string | null;
  keep: boolean;
}

/** What is taken away again at the end. */
interface Made {
  repositories: string[];
  bot: string | null;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      "webhook-url": { type: "string" },
      "runs-on": { type: "string", default: "ubuntu-latest" },
      ...{ port: { type: "string", default: "0" }, keep: { type: "boolean", default: false } },
      ...{ ci: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
    },
  });
  const { TAMMA_E2E_GITEA_URL: named, TAMMA_E2E_GITEA_TOKEN: token } = process.env;
  if (values.help || !named || !token) {
    process.stdout.write(`${usage}\n`);
    return values.help ? 0 : 2;
  }
  const url = named.replace(/\/+$/, "");
  const there = await site.openSite(url, token);
  say(`Gitea ${there.version} at ${url} knows the token: it is ${there.owner}'s`);
  const folder = mkdtempSync(join(tmpdir(), "tamma-e2e-"));
  const made: Made = { repositories: [], bot: null };
  const ci = values.ci ? values["runs-on"] : null;
  const wish = {
    webhookUrl: values["webhook-url"] ?? null,
    port: Number(values.port),
    ci,
    keep: values.keep,
  };
  try {
    await fromNothing(there, url, folder, made, wish);
    return 0;
  } finally {
    if (values.keep) say(`left as it is: ${made.repositories.join(", ")}, account ${made.bot}`);
    else {
      await site.removeAll(there, made);
      say("removed repositories and account again");
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function fromNothing(there: site.Site, url: string, folder: string, made: Made, wish: Wish) {
  const bot = await site.makeBot(there, url);
  made.bot = bot.login;
  say(`made the account ${bot.login}, and a token for it`);
  const { ci, port } = wish;
  // Nothing checks a push to an empty Gitea: it has no machine for a CI.
  const settings = ci === null ? ["no-checks: allow"] : ["runner: ci"];
  const sample = { url, bot: bot.login, folder: join(folder, "sample") };
  const repository = await site.makeRepository(there, sample, settings, (at) => {
    if (ci !== null) writeCheck(at, ci);
  });
  made.repositories.push(repository);
  say(`made ${repository} with the sample project; ${bot.login} administrates it`);
  const script = ci === null ? null : carelessScript();
  await using own = await startTamma(folder, { port, script, runner: ci === null });
  const runner = ci === null ? "its runner, " : "";
  say(`started Tamma at ${own.url}, ${runner}and the scripted engineer in a model's place`);
  await connect(own, { url, bot, webhookUrl: wish.webhookUrl });
  const workflow = ci === null ? [] : await workflowWish(there, url, folder, made, ci);
  await own.tamma("repos", "add", repository, "--connection", "work", ...workflow);
  say(`tamma repos add ${repository} --connection work ${workflow.join(" ")}`.trimEnd());
  if (ci !== null) {
    await site.mergeProposal(there, repository);
    say(`${there.owner} merges the workflow that Tamma proposed`);
  }
  await own.tamma("repos", "check", repository);
  say(`tamma repos check ${repository}: all is well`);
  await wholeLoop(own, there, repository, ci !== null);
}

async function connect(
  own: OwnTamma,
  to: { url: string; bot: site.Bot; webhookUrl: string | null },
): Promise<void> {
  const file = own.secretFile("token", to.bot.token);
  const reach = to.webhookUrl === null ? [] : ["--webhook-url", to.webhookUrl];
  const connection = ["--platform", "gitea", "--url", to.url, "--token-file", file, ...reach];
  await own.tamma("connections", "add", "work", ...connection);
  say("tamma connections add work --platform gitea");
}

async function workflowWish(there: site.Site, url: string, folder: string, made: Made, label: string) {
  const action = await site.publishAction(there, { url, folder: join(folder, "action") });
  made.repositories.push(action.slice(url.length + 1, action.lastIndexOf("/runner@")));
  say(`put the runner's action into a repository of its own: ${action}`);
  return ["--workflow", "--action-ref", action, "--runs-on", label];
}

/** @param checked a check of the platform fails at first */
async function wholeLoop(
  own: OwnTamma,
  there: site.Site,
  repository: string,
  checked: boolean,
): Promise<void> {
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
  if (checked && end.attempts.ci !== 1) throw new Error("the check did not fail, or nobody mended it");
  say(`the loop is over: merged as ${end.mergeSha}`);
  let left: string[] = [];
  await within(
    webhookPatienceMs,
    () => `not all is done on Gitea: ${left.join("; ")}`,
    async () => {
      left = await site.undone(there, repository, issue);
      return left.length === 0 ? "done" : null;
    },
  );
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
async function within<T>(
  patienceMs: number,
  otherwise: string | (() => string),
  look: () => Promise<T | null>,
): Promise<T> {
  for (const until = Date.now() + patienceMs; ; await tick()) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > until) throw new Error(typeof otherwise === "string" ? otherwise : otherwise());
  }
}

try {
  process.exitCode = await main();
  if (process.exitCode === 0) process.stdout.write("merged\n");
} catch (error) {
  process.stdout.write(`failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
