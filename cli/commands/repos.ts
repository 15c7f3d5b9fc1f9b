import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { Level } from "@tamma/core/domain/loop/work.ts";
import type { AddedRepository, Repository } from "@tamma/core/protocol/rest.ts";
import type { Command } from "commander";
import { type Context, report, withCommandName } from "../context.ts";
import { checkConnection } from "../doctor/connections.ts";
import { reportFindings } from "../doctor/report.ts";
import { checkRepository } from "../doctor/repositories.ts";
import { CliError, type ExitCode, exitCodes, usageError } from "../exit-codes.ts";
import type { Api } from "../http/api.ts";
import { clean } from "../render/text.ts";
import { findRepository } from "../run/repository.ts";
import type { Shell } from "./shell.ts";

interface AddOptions {
  connection?: string;
  webhook: boolean;
  workflow?: boolean;
  actionRef?: string;
  runsOn?: string;
  level?: string;
}

export function registerRepos(program: Command, shell: Shell): void {
  const repos = program.command("repos").description("the repositories that Tamma works in");
  repos.command("list").description("all repositories, and how each is reached").action(shell.act(list));
  repos
    .command("add")
    .description("add a repository, or mend what is missing of its set-up on the platform")
    .argument("<repository>", "owner/name with --connection, else the path or URL of a Git repository")
    .option("--connection <id>", "the platform where it is: makes webhook and label there")
    .option("--no-webhook", "make no webhook: for an App that has one of its own, or where none can come in")
    .option("--workflow", "propose the workflow file of the runner by a pull request")
    .option(
      "--action-ref <action>",
      "what that file pins: OWNER/REPOSITORY/runner@COMMIT; else TAMMA_ACTION_REF says it",
    )
    .option("--runs-on <labels>", "labels of the machine for that file, separated by commas")
    .option("--level <level>", `how much a person decides: ${Level.options.join(", ")}`)
    .action(shell.act(add));
  repos
    .command("check")
    .description("look whether a repository is still set up well; 1 when something is wrong")
    .argument("<repository>", "its name or id")
    .action(shell.act(check));
  repos
    .command("remove")
    .description(
      "take a repository out, and its webhook away; its record stays, and adding it again finds it",
    )
    .argument("<repository>", "its name or id")
    .action(shell.act(remove));
}

async function list(context: Context): Promise<ExitCode> {
  const repositories = await context.api().repositories();
  const lines = repositories.map(({ name, connection, defaultBranch, url }) =>
    clean([name, connection, defaultBranch, url].join("  ")),
  );
  const none = withCommandName("no repository is added; add one with `tamma repos add`", context.env);
  report(context, { repositories }, lines.join("\n") || none);
  return exitCodes.ok;
}

async function add(context: Context, given: string, options: AddOptions): Promise<ExitCode> {
  const { connection, workflow = false, webhook, level } = options;
  if (level !== undefined && !Level.safeParse(level).success)
    throw usageError(`--level ${level} is unknown`, `use one of ${Level.options.join(", ")}`);
  const api = context.api();
  const config = level === undefined ? {} : { level };
  if (connection !== undefined) {
    const name = await nameOf(api, given, connection);
    const actionRef = options.actionRef ?? context.env.TAMMA_ACTION_REF ?? null;
    const runsOn = options.runsOn?.split(",").map((label) => label.trim()) ?? null;
    const filled = workflow ? { ...(actionRef ? { actionRef } : {}), ...(runsOn ? { runsOn } : {}) } : {};
    return told(context, await api.addRepository({ connection, name, webhook, workflow, ...filled, config }));
  }
  if (workflow || !webhook)
    throw usageError("--workflow and --no-webhook need a platform", "name it with --connection");
  await refuseName(context, api, given);
  const { url, defaultBranch, config: own } = await findRepository(given, context.cwd);
  return told(context, await api.addRepository({ url, defaultBranch, config: { ...own, ...config } }));
}

const ownerAndName = /^[^/\s:]+\/[^/\s:]+$/;

/** `owner/name`, which may also be given by the address of its page or for a clone. */
async function nameOf(api: Api, given: string, connection: string): Promise<string> {
  if (ownerAndName.test(given)) return given;
  const url = URL.parse(given);
  if (!url) throw usageError(`${given} is no owner/name`, "give the repository as the platform calls it");
  const known = (await api.connections()).find(({ id }) => id === connection);
  if (!known) throw usageError(`there is no connection ${connection}`, "see `tamma connections list`");
  const below = `${known.baseUrl}/`;
  const name = given.startsWith(below) ? given.slice(below.length).replace(/\.git$|\/+$/, "") : "";
  if (ownerAndName.test(name)) return name;
  throw usageError(
    `${given} is no repository at ${known.baseUrl}`,
    "give owner/name, or the connection of that platform",
  );
}

/** Without a connection `owner/name` would be taken for a folder that is not there. */
async function refuseName(context: Context, api: Api, given: string): Promise<void> {
  if (!ownerAndName.test(given) || existsSync(resolve(context.cwd, given))) return;
  const ids = (await api.connections()).map(({ id }) => id);
  throw usageError(
    `${given} is no folder here, and no connection is named`,
    ids.length === 0
      ? "connect its platform first: `tamma connections add`"
      : `add it through one: \`tamma repos add ${given} --connection ${ids.length === 1 ? ids[0] : "ID"}\``,
  );
}

function told(context: Context, added: AddedRepository): ExitCode {
  const { name, connection, defaultBranch, already, setUp, url } = added;
  const where = setUp === null ? url : `through ${connection}`;
  const head = already ? `${name} was added before` : `added ${name}, ${where}, branch ${defaultBranch}`;
  const parts = setUp === null ? [] : setUpLines(setUp);
  const changed = parts.length > 0 || !already;
  const lines = [changed ? head : `${head}; nothing was changed`, ...parts];
  report(context, added, lines.map(clean).join("\n"));
  return exitCodes.ok;
}

type SetUp = NonNullable<AddedRepository["setUp"]>;

/** What was done; what was there already needs no line. */
function setUpLines({ webhook, label, workflow }: SetUp): string[] {
  const lines: string[] = [];
  if (webhook === "made") lines.push("webhook   made");
  if (webhook === "renewed") lines.push("webhook   made anew, with the present address and secret");
  if (label === "made") lines.push("label     made: tamma");
  if (workflow?.state === "proposed") lines.push(`workflow  proposed, for you to merge: ${workflow.url}`);
  if (workflow?.state === "there") lines.push("workflow  is there, and was left as it is");
  if (workflow?.state === "closed")
    lines.push(`workflow  not proposed again: its pull request was closed, ${workflow.url}`);
  return lines;
}

async function check(context: Context, given: string): Promise<ExitCode> {
  const api = context.api();
  const [all, connections] = await Promise.all([api.repositories(), api.connections()]);
  const found = oneOf(all, given);
  const isHosted = connections.some(({ id }) => id === found.connection);
  const findings = isHosted
    ? await checkConnection(api, found.connection, found.id)
    : await checkRepository(found);
  return reportFindings(context, findings);
}

async function remove(context: Context, given: string): Promise<ExitCode> {
  const api = context.api();
  const { connection, id } = oneOf(await api.repositories(), given);
  const { removed } = await api.removeRepository(`${connection}/${id}`);
  report(context, { removed }, clean(`removed ${removed}; its record stays`));
  return exitCodes.ok;
}

function oneOf(all: readonly Repository[], given: string): Repository {
  const found = all.filter(({ id, name, connection }) =>
    [id, name, `${connection}/${id}`, `${connection}/${name}`].includes(given),
  );
  const [first] = found;
  if (first && found.length === 1) return first;
  throw new CliError({
    exitCode: exitCodes.failed,
    code: "unknown-repository",
    message: first ? `${found.length} repositories are called ${given}` : `there is no repository ${given}`,
    todo: first ? "name one as CONNECTION/NAME" : "see `tamma repos list`",
  });
}
