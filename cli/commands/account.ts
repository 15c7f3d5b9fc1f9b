import type { Command } from "commander";
import { type Context, report } from "../context.ts";
import { type ExitCode, exitCodes, usageError } from "../exit-codes.ts";
import type { Api } from "../http/api.ts";
import { findLoop } from "../loop-ref.ts";
import { clean, renderClock } from "../render/text.ts";
import type { Shell } from "./shell.ts";

/** Lists, and small commands that need no view of a loop. */
export function registerAccount(program: Command, shell: Shell): void {
  program
    .command("inbox")
    .description("all that waits for a person; 3 when something does")
    .action(shell.act(inbox));
  program
    .command("issues")
    .description("the issues of a repository")
    .option("--repo <name-or-id>", "default: all repositories")
    .option("--all", "closed ones too")
    .action(shell.act(issues));
  program
    .command("comment")
    .description("comment on the loop's pull request; the loop answers it")
    .argument("<loop>", "loop id or issue number")
    .argument("<text>", "the comment")
    .option("--path <path>", "the file it is about")
    .option("--line <n>", "the line in the new file", "0")
    .action(shell.act(comment));
  program
    .command("stop")
    .description("cancel a loop; its branch is kept")
    .argument("<loop>", "loop id or issue number")
    .option("--reason <text>", "why", "")
    .action(shell.act(stop));
  program
    .command("login")
    .helpGroup("Installation:")
    .description("print a link that signs a browser in once, valid for ten minutes")
    .action(shell.act(login));
}

async function inbox(context: Context): Promise<ExitCode> {
  const found = await context.api().inbox();
  const lines = found.items.map((item) => {
    const about = `${item.repositoryName}#${item.issue}  ${clean(item.question)}`;
    return `${item.loop}  ${item.kind}  since ${renderClock(item.since)}  ${about}`;
  });
  report(context, found, lines.length === 0 ? "nothing waits for you" : lines.join("\n"));
  return found.items.length === 0 ? exitCodes.ok : exitCodes.waiting;
}

async function issues(context: Context, options: { repo?: string; all?: boolean }): Promise<ExitCode> {
  const api = context.api();
  const repositories = (await api.repositories()).filter(
    (one) => options.repo === undefined || one.id === options.repo || one.name === options.repo,
  );
  if (options.repo !== undefined && repositories.length === 0)
    throw usageError(`no repository is called ${options.repo}`, "leave --repo out to see all");
  const found = await Promise.all(
    repositories.map((repository) => issuesOf(api, repository, options.all ?? false)),
  );
  const lines = found.flat().map(({ repository, issue }) => {
    const loop = issue.loop === null ? "" : `  ${issue.loop}`;
    return `${repository}#${issue.number}  ${issue.state}  ${clean(issue.title)}${loop}`;
  });
  report(context, { issues: found.flat() }, lines.length === 0 ? "no open issue" : lines.join("\n"));
  return exitCodes.ok;
}

async function issuesOf(api: Api, repository: { id: string; name: string }, all: boolean) {
  const found = await api.issues(repository.id);
  return found
    .filter((issue) => all || issue.state === "open")
    .map((issue) => ({ repository: repository.name, issue }));
}

async function comment(
  context: Context,
  ref: string,
  text: string,
  options: { path?: string; line: string },
): Promise<ExitCode> {
  const line = Number(options.line);
  if (!Number.isInteger(line) || line < 0) throw usageError(`--line ${options.line} is no line number`);
  const api = context.api();
  const loop = await findLoop(api, ref);
  const sent = await api.comment(loop, { text, path: options.path ?? null, line });
  report(context, { loop, ...sent }, "commented; the loop will answer it at step 11");
  return exitCodes.ok;
}

async function stop(context: Context, ref: string, options: { reason: string }): Promise<ExitCode> {
  const api = context.api();
  const loop = await findLoop(api, ref);
  const sent = await api.cancel(loop, options.reason);
  report(context, { loop, ...sent }, sent.already ?? `stopped ${loop}`);
  return exitCodes.ok;
}

async function login(context: Context): Promise<ExitCode> {
  const api = context.api();
  const { path, expiresAt } = await api.loginLink();
  const url = new URL(path, api.server).href;
  report(context, { url, expiresAt }, url);
  return exitCodes.ok;
}
