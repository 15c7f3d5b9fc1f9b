import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { exitCodes } from "../../cli/exit-codes.ts";
import { startUsage } from "../../server/start/options.ts";
import { code, fence, table } from "./markdown.ts";

interface Help {
  main: string;
  commands: Record<string, string>;
}

let asked: Help | null = null;

/** What `tamma --help` and `tamma <command> --help` print, asked once. */
export function cliHelp(root: string): Help {
  asked ??= JSON.parse(
    execFileSync(process.execPath, [join(root, "scripts/docs/cli-help.ts")], { cwd: root, encoding: "utf8" }),
  ) as Help;
  return asked;
}

export function commandNames(root: string): string[] {
  return Object.keys(cliHelp(root).commands);
}

function globalBlock(main: string): string {
  return /^Options:\n(?: .*\n)+/m.exec(main)?.[0] ?? "";
}

/** Options that every command takes; they are listed once. */
export function globalOptions(root: string): string {
  return fence("text", globalBlock(cliHelp(root).main));
}

/** Commands by what they are for, as `tamma help` lists them. */
export function commandGroups(root: string): string {
  const { main } = cliHelp(root);
  return fence("text", main.slice(main.indexOf(globalBlock(main)) + globalBlock(main).length).trim());
}

export function commands(root: string): string {
  const { main, commands } = cliHelp(root);
  const everywhere = [...globalBlock(main).matchAll(/^ {2}(--[a-z]+)/gm)].map((one) => one[1]);
  return Object.entries(commands)
    .map(([name, help]) => `### ${name}\n\n${fence("text", ownPart(help, everywhere))}`)
    .join("\n\n");
}

/** A command's help without the options that all have. */
function ownPart(help: string, everywhere: readonly (string | undefined)[]): string {
  let skipping = false;
  const lines = help.split("\n").filter((line) => {
    const option = /^ {2}(?:-\w, )?(--[\w-]+)/.exec(line)?.[1];
    if (option) skipping = everywhere.includes(option) || option === "--help";
    else if (!line.startsWith("      ")) skipping = false;
    return !skipping;
  });
  const text = lines.join("\n").trim();
  return text.endsWith("Options:") ? text.slice(0, -"Options:".length).trimEnd() : text;
}

/** What each exit code says; a code without words here does not compile. */
const meaning: Record<keyof typeof exitCodes, string> = {
  ok: "it worked; with `run --once`: merged",
  failed: "it did not work; with `run --once`: the loop ended without a merge",
  usage: "the command line is wrong; nothing was sent",
  waiting: "it waits for a person",
  escalated: "it is escalated",
  signIn: "there is no token, or it is wrong",
  network: "no server answers",
  interrupted: "Ctrl-C",
};

export function exitCodeTable(): string {
  return table(
    ["code", "meaning"],
    Object.entries(exitCodes).map(([name, number]) => [
      code(String(number)),
      meaning[name as keyof typeof exitCodes],
    ]),
  );
}

export function startOptions(): string {
  return fence("text", startUsage);
}
