import type { Command } from "commander";
import { type Context, report, withCommandName } from "../context.ts";
import { CliError, type ExitCode, exitCodes } from "../exit-codes.ts";
import { clean } from "../render/text.ts";
import { startBeside } from "../run/beside.ts";
import type { Shell } from "./shell.ts";

interface ServeOptions {
  port?: string;
  providerUrl?: string;
  providerModel?: string;
}

export function registerServe(program: Command, shell: Shell): void {
  program
    .command("serve")
    .description("start the server on this machine and stay with it; Ctrl-C ends it gently")
    .option("--port <n>", "port on 127.0.0.1; 0 for a free one")
    .option("--provider-url <url>", "a server that speaks the Messages API, without /v1")
    .option("--provider-model <name>", "the model to ask for")
    .action(shell.act(serve));
}

async function serve(context: Context, options: ServeOptions): Promise<ExitCode> {
  const { terminal, json, state } = context;
  const given = Object.entries({
    "--state": state,
    "--port": options.port,
    "--provider-url": options.providerUrl,
    "--provider-model": options.providerModel,
  }).flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
  const server = startBeside("server/main.ts", [...given, "--with-parent"], {
    env: context.env,
    cwd: context.cwd,
    hear: (line) => terminal.err(json ? `${line}\n` : wordsOf(line)),
  });
  const first = await server.lines.next();
  if (first.done) {
    const code = await server.ended;
    throw new CliError({
      exitCode: code === exitCodes.usage ? exitCodes.usage : exitCodes.failed,
      code: "no-start",
      message: "the server did not start; it said why above",
      todo: "put that right, or look at it with `tamma doctor`",
    });
  }
  const { url } = JSON.parse(first.value) as { url: string };
  const text = [
    `server     ${url}`,
    `state      ${state}`,
    `sign in    ${withCommandName("tamma login", context.env)}`,
    "Ctrl-C ends it; loops go on where they were at the next start",
  ];
  report(context, { kind: "serving", url, state }, text.join("\n"));
  return (await server.ended) === 0 ? exitCodes.ok : exitCodes.failed;
}

/** Its log goes to the state folder; a person hears only of trouble, in words. */
function wordsOf(line: string): string {
  let entry: { level?: string; text?: string };
  try {
    entry = JSON.parse(line) as typeof entry;
  } catch {
    return `${clean(line)}\n`;
  }
  const trouble = entry.level === "warn" || entry.level === "error";
  return trouble ? `tamma: ${entry.level}: ${clean(entry.text ?? line)}\n` : "";
}
