import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  AddConnection,
  ChangeConnection,
  type Connection,
  type NewConnection,
} from "@tamma/core/protocol/connections.ts";
import type { Command } from "commander";
import type { z } from "zod";
import { type Context, report } from "../context.ts";
import { checkConnection } from "../doctor/connections.ts";
import { reportFindings } from "../doctor/report.ts";
import { type CliError, type ExitCode, exitCodes, usageError } from "../exit-codes.ts";
import type { Api } from "../http/api.ts";
import { clean } from "../render/text.ts";
import type { Shell } from "./shell.ts";

interface SecretOptions {
  tokenFile?: string;
  appId?: string;
  keyFile?: string;
}
interface AddOptions extends SecretOptions {
  platform: string;
  url: string;
  webhookUrl?: string;
}

type Secret = z.input<typeof AddConnection>["credential"];

export function registerConnections(program: Command, shell: Shell): void {
  const connections = program.command("connections").description("the platforms where issues and code live");
  connections.command("list").description("all connections; no secret is shown").action(shell.act(list));
  const add = connections
    .command("add")
    .description("connect a platform; prints the webhook's address and secret")
    .argument("<id>", "its name here, as `work`")
    .requiredOption("--platform <platform>", "github or gitea")
    .requiredOption("--url <address>", "where people reach it, as https://github.com")
    .option("--webhook-url <address>", "where the platform reaches this server, when not at its own address");
  const rotate = connections
    .command("rotate")
    .description("make a new webhook secret, and take a new token when one is given")
    .argument("<id>", "name of the connection");
  for (const command of [add, rotate])
    command
      .option("--token-file <file>", "file with an access token; - reads it from standard input")
      .option("--app-id <number>", "number of a GitHub App, with --key-file instead of a token")
      .option("--key-file <file>", "file with the App's private key (PEM)");
  add.action(shell.act(addOne));
  rotate.action(shell.act(rotateOne));
  connections
    .command("check")
    .description(
      "ask the platform how well a connection and its repositories are set up; 1 when something is wrong",
    )
    .argument("<id>", "name of the connection")
    .action(shell.act(checkOne));
  connections
    .command("change")
    .description(
      "change where the platform reaches this server; repositories get it when they are added again",
    )
    .argument("<id>", "name of the connection")
    .requiredOption("--webhook-url <address>", "as https://tamma.example.org, or `own` for the server's own")
    .action(shell.act(changeOne));
  connections
    .command("remove")
    .description("forget a connection and its secrets; refused while repositories need it")
    .argument("<id>", "name of the connection")
    .action(shell.act(removeOne));
}

async function list(context: Context): Promise<ExitCode> {
  const connections = await context.api().connections();
  const none = "no platform is connected; connect one with `tamma connections add`";
  report(context, { connections }, connections.map(renderConnection).join("\n") || none);
  return exitCodes.ok;
}

function renderConnection({ id, platform, baseUrl, credential, webhookPath }: Connection): string {
  return clean([id, platform, baseUrl, credential, webhookPath].join("  "));
}

async function addOne(context: Context, id: string, options: AddOptions): Promise<ExitCode> {
  const credential = secretFrom(context, options);
  if (!credential)
    throw usageError("what lets Tamma in is missing", "give --token-file, or --app-id and --key-file");
  const { platform, url: baseUrl, webhookUrl: webhookBaseUrl = null } = options;
  const parsed = AddConnection.safeParse({ id, platform, baseUrl, webhookBaseUrl, credential });
  if (!parsed.success) throw wrongField(parsed.error, "add");
  return told(context, await context.api().addConnection(parsed.data), "connected");
}

function wrongField({ issues: [wrong] }: z.ZodError, command: string): CliError {
  const what = `${wrong?.path.join(".")}: ${wrong?.message}`;
  return usageError(what, `see \`tamma connections ${command} --help\``);
}

async function checkOne(context: Context, id: string): Promise<ExitCode> {
  return reportFindings(context, await checkConnection(context.api(), id));
}

async function changeOne(
  context: Context,
  id: string,
  { webhookUrl }: { webhookUrl: string },
): Promise<ExitCode> {
  const parsed = ChangeConnection.safeParse({ webhookBaseUrl: webhookUrl === "own" ? null : webhookUrl });
  if (!parsed.success) throw wrongField(parsed.error, "change");
  const api = context.api();
  const changed = await api.changeConnection(id, parsed.data);
  const lines = [`changed ${renderConnection(changed)}`, `webhook  ${addressOf(changed)}`];
  report(context, changed, [...lines, ...(await again(api, id))].join("\n"));
  return exitCodes.ok;
}

/** Webhooks that are there already know nothing of a new address or secret. */
async function again(api: Api, id: string): Promise<string[]> {
  const own = (await api.repositories()).filter(({ connection }) => connection === id);
  return own.map(({ name }) => `next     tamma repos add ${clean(name)} --connection ${id}`);
}

function addressOf({ webhookUrl, baseUrl }: Connection): string {
  return clean(
    webhookUrl ?? `none yet: ${baseUrl} cannot reach this server; see \`tamma connections change --help\``,
  );
}

async function rotateOne(context: Context, id: string, options: SecretOptions): Promise<ExitCode> {
  const credential = secretFrom(context, options);
  const made = await context.api().rotateConnection(id, credential ? { credential } : {});
  return told(context, made, "new webhook secret for", await again(context.api(), id));
}

function told(context: Context, made: NewConnection, what: string, next: string[] = []): ExitCode {
  const lines = [
    `${what} ${renderConnection(made)}`,
    `webhook  ${addressOf(made)}`,
    `secret   ${made.webhookSecret}`,
  ];
  report(context, made, [...lines, ...next].join("\n"));
  return exitCodes.ok;
}

async function removeOne(context: Context, id: string): Promise<ExitCode> {
  const { removed } = await context.api().removeConnection(id);
  report(context, { removed }, `removed ${removed}; its secrets are gone`);
  return exitCodes.ok;
}

/** Secrets come from files: arguments and environment can be seen by every process of the machine's user. */
function secretFrom(context: Context, { tokenFile, appId, keyFile }: SecretOptions): Secret | null {
  if ((appId === undefined) !== (keyFile === undefined))
    throw usageError("an App needs both its number and its key", "give --app-id and --key-file");
  if (tokenFile !== undefined && appId !== undefined)
    throw usageError("a connection has a token or an App, not both", "leave one of them out");
  if (tokenFile !== undefined) return { kind: "token", token: textOf(context, tokenFile).trim() };
  if (appId === undefined || keyFile === undefined) return null;
  return { kind: "app", appId, privateKey: textOf(context, keyFile) };
}

function textOf(context: Context, file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : resolve(context.cwd, file), "utf8");
  } catch (error) {
    throw usageError(`${file} cannot be read: ${(error as Error).message}`, "give a file that you may read");
  }
}
