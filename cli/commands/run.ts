import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { LoopId } from "@tamma/core/domain/ids.ts";
import { Level } from "@tamma/core/domain/loop/work.ts";
import type { Issue } from "@tamma/core/protocol/rest.ts";
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { CliError, type ExitCode, exitCodes, usageError } from "../exit-codes.ts";
import type { Api } from "../http/api.ts";
import { finish } from "../run/finish.ts";
import { findRepository } from "../run/repository.ts";
import { runSession } from "../run/session.ts";
import type { Shell } from "./shell.ts";

interface RunOptions {
  repo?: string;
  issue?: string;
  body?: string;
  level?: string;
  yes?: boolean;
  once?: boolean;
  wait?: boolean;
  comments?: string;
}

/** A queue moves when a loop ends; asking once a second is at once for a person. */
const queuePollMs = 1_000;
/** The coordinator picks the next issue as soon as a loop has ended; longer means that there is none. */
const nextPatienceMs = 5_000;

export function registerRun(program: Command, shell: Shell): void {
  program
    .command("run")
    .description("take an issue through all 14 steps and answer what the loop asks")
    .argument("[issue]", "number of an issue that is there, or id of a loop to go on with")
    .option("--repo <path-or-url>", "the Git repository; default: the only known one, else this folder")
    .option("--issue <title>", "make an issue of this title first")
    .option("--body <file>", "text of the new issue, - for standard input")
    .option("--level <level>", `how much a person decides: ${Level.options.join(", ")}`)
    .option("--yes", "answer as yourself where that is allowed ahead of time, on record as --yes")
    .option("--once", "end with the loop: 0 merged, 3 waiting for a person, 4 escalated, 1 otherwise")
    .option("--wait", "where nobody can be asked here, go on watching; then follow the next loop")
    .option("--comments <address>", "pages of a simulated platform, where --yes answers in comments")
    .action(shell.act(run));
}

async function run(context: Context, issue: string | undefined, options: RunOptions): Promise<ExitCode> {
  const wish = checkUsage(context, issue, options);
  const api = context.api();
  const session = {
    ...{ yes: options.yes ?? false, once: options.once ?? false, wait: options.wait ?? false },
    pages: options.comments ?? null,
  };
  let loop: string | null =
    "loop" in wish ? wish.loop : await begin(context, api, { wish, options, yes: session.yes });
  const { repository } = await api.loop(loop);
  for (;;) {
    const { view, exitCode } = await runSession(context, api, loop, session);
    const code = await finish(context, api, view, exitCode);
    if (session.once || !session.wait) return code;
    loop = await nextLoop(api, repository.id, loop);
    if (loop === null) return code;
    context.terminal.err(`\ntamma: the next issue was picked: ${loop}\n`);
  }
}

type Begin = { wish: Exclude<Wish, { loop: string }>; options: RunOptions; yes: boolean };

async function begin(context: Context, api: Api, { wish, options, yes }: Begin): Promise<string> {
  const repository = await ensureRepository(context, api, options);
  const { number: issue } = await ensureIssue(api, repository, wish);
  // Without anybody to continue it, a question at assign would only hold the loop up.
  const confirm = yes || (context.terminal.interactive && !context.json);
  return startLoop(context, api, { repository, issue, confirm });
}

type Wish = { loop: string } | { number: number } | { title: string; body: string } | { oldest: true };

function checkUsage(context: Context, issue: string | undefined, options: RunOptions): Wish {
  if (options.level !== undefined && !Level.safeParse(options.level).success)
    throw usageError(`--level ${options.level} is unknown`, `use one of ${Level.options.join(", ")}`);
  if (issue !== undefined && options.issue !== undefined)
    throw usageError(`both issue ${issue} and --issue are given`, "give a number, or the title of a new one");
  if (options.comments !== undefined && !URL.canParse(options.comments))
    throw usageError(`--comments ${options.comments} is no address`, "give one as http://127.0.0.1:4000");
  if (options.body !== undefined && options.issue === undefined)
    throw usageError("--body needs --issue", 'give the title too: --issue "title" --body FILE');
  if (options.issue !== undefined) return { title: options.issue, body: readBody(context, options.body) };
  if (issue === undefined) return { oldest: true };
  if (LoopId.safeParse(issue).success) return { loop: issue };
  const number = Number(issue.replace(/^#/, ""));
  if (Number.isInteger(number) && number > 0) return { number };
  throw usageError(`${issue} is no issue number`, 'to make an issue: tamma run --issue "title"');
}

function readBody(context: Context, file: string | undefined): string {
  if (file === undefined) return "";
  try {
    return readFileSync(file === "-" ? 0 : resolve(context.cwd, file), "utf8");
  } catch (error) {
    throw usageError(`--body ${file} cannot be read: ${(error as Error).message}`, "give a text file");
  }
}

async function ensureRepository(context: Context, api: Api, options: RunOptions): Promise<string> {
  const known = await api.repositories();
  if (options.repo === undefined && known.length === 1 && known[0]) return known[0].id;
  const address = await findRepository(options.repo ?? ".", context.cwd);
  const level = options.level === undefined ? {} : { level: options.level };
  return (await api.addRepository({ ...address, config: { ...address.config, ...level } })).id;
}

async function ensureIssue(api: Api, repository: string, wish: Begin["wish"]): Promise<Issue> {
  if ("number" in wish) return api.issue(repository, wish.number);
  const open = (await api.issues(repository)).filter((issue) => issue.state === "open");
  if ("title" in wish) {
    // The same command again goes on with the same work instead of doing it twice.
    const same = open.find((issue) => issue.title === wish.title.trim());
    return same ?? api.createIssue(repository, { title: wish.title, body: wish.body });
  }
  const oldest = open.toSorted((a, b) => a.number - b.number)[0];
  if (oldest) return oldest;
  throw new CliError({
    exitCode: exitCodes.failed,
    code: "no-issue",
    message: "the repository has no open issue",
    todo: 'make one: tamma run --issue "title" --body FILE',
  });
}

/** Starts the loop, or finds the active one; waits its turn where the repository's slots are taken. */
async function startLoop(
  context: Context,
  api: Api,
  start: { repository: string; issue: number; confirm: boolean },
): Promise<string> {
  const before = (await api.issue(start.repository, start.issue)).loop;
  const started = await api.startLoop(start);
  if (started.loop !== null) {
    if (started.already)
      context.terminal.err(`tamma: issue ${start.issue} has a loop that goes on: ${started.loop}\n`);
    return started.loop;
  }
  context.terminal.err(
    `tamma: issue ${start.issue} waits for a slot, place ${started.position} in the queue\n`,
  );
  for (;;) {
    await delay(queuePollMs);
    const { loop } = await api.issue(start.repository, start.issue);
    if (loop !== null && loop !== before) return loop;
  }
}

/** The loop that the repository went on with by itself (`auto-next`); null when there is none. */
async function nextLoop(api: Api, repository: string, ended: string): Promise<string | null> {
  for (const until = Date.now() + nextPatienceMs; Date.now() < until; await delay(queuePollMs)) {
    const { loops } = await api.loops("active");
    const next = loops.find((loop) => loop.repository === repository && loop.id !== ended);
    if (next && next.word !== "escalated") return next.id;
  }
  return null;
}
