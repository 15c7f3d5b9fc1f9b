import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseProjectConfig, renderConfigProblem } from "@tamma/core/protocol/config-file.ts";
import type { RepositorySettings } from "@tamma/core/protocol/rest.ts";
import type { Command } from "commander";
import { type Context, report } from "../context.ts";
import { type ExitCode, exitCodes, usageError } from "../exit-codes.ts";
import type { Api } from "../http/api.ts";
import { clean } from "../render/text.ts";
import type { Shell } from "./shell.ts";

const configFile = ".tamma.yml";

export function registerConfig(program: Command, shell: Shell): void {
  const config = program
    .command("config")
    .description(`the settings of a repository; they are changed in ${configFile} on its default branch`);
  config
    .command("list")
    .description("what the next loop starts with, and where each value comes from")
    .argument("[repository]", "name or id; default: the only one")
    .action(shell.act(list));
  config
    .command("check")
    .description("read a settings file as a loop would, without any server; 1 when it cannot be used")
    .argument("[file]", "default: the one in this folder", configFile)
    .action(shell.act(check));
}

async function list(context: Context, given: string | undefined): Promise<ExitCode> {
  const api = context.api();
  const found = await api.settings(await repositoryOf(api, given));
  report(context, found, renderSettings(found));
  return exitCodes.ok;
}

async function repositoryOf(api: Api, given: string | undefined): Promise<string> {
  const all = await api.repositories();
  const named = all.filter(({ id, name }) => given === undefined || id === given || name === given);
  const [only, another] = named;
  if (only && !another) return only.id;
  const names = all.map(({ name, id }) => `${name} (${id})`).join(", ");
  if (all.length === 0) throw usageError("no repository is known", "start a loop in one with `tamma run`");
  throw usageError(
    given === undefined ? `${all.length} repositories are known` : `${given} names ${named.length} of them`,
    `name one of ${names}`,
  );
}

export function renderSettings({ repository, settings, source }: RepositorySettings): string {
  const given =
    source?.by === "branch"
      ? `${configFile} on ${repository.defaultBranch}`
      : "given when the repository was added";
  const from = { set: given, default: "default", detected: "found out from the project" };
  const rows = settings.map(({ key, value, from: whence }) => [key, shown(value), from[whence]] as const);
  const [keys, values] = [0, 1].map((at) => Math.max(...rows.map((row) => (row[at] ?? "").length)));
  const lines = rows.map(
    ([key, value, whence]) => `  ${key.padEnd(keys ?? 0)}  ${value.padEnd(values ?? 0)}  ${whence}`,
  );
  const read = source === null ? "" : `, read ${new Date(source.at).toISOString()}`;
  return clean([`${repository.name} (${repository.url})${read}`, ...lines].join("\n"));
}

function shown(value: unknown): string {
  if (value === null) return "-";
  return typeof value === "string" ? value : JSON.stringify(value);
}

async function check(context: Context, file: string): Promise<ExitCode> {
  let text: string;
  try {
    text = readFileSync(resolve(context.cwd, file), "utf8");
  } catch (error) {
    throw usageError(`${file} cannot be read: ${(error as Error).message}`, "name the file to check");
  }
  const parsed = parseProjectConfig(text);
  if ("problem" in parsed) {
    report(
      context,
      { file, ok: false, problem: parsed.problem },
      clean(renderConfigProblem(parsed.problem, file)),
    );
    return exitCodes.failed;
  }
  const keys = Object.keys(parsed.config);
  report(
    context,
    { file, ok: true, config: parsed.config },
    `${file} can be used; it sets ${keys.join(", ") || "nothing"}`,
  );
  return exitCodes.ok;
}
