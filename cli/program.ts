import { Command, CommanderError } from "commander";
import { registerAccount } from "./commands/account.ts";
import { registerAnswer } from "./commands/answer.ts";
import { registerAudit } from "./commands/audit.ts";
import { registerConfig } from "./commands/config.ts";
import { registerConnections } from "./commands/connections.ts";
import { registerDecide } from "./commands/decide.ts";
import { registerDeliveries } from "./commands/deliveries.ts";
import { registerDoctor } from "./commands/doctor.ts";
import { registerLogs } from "./commands/logs.ts";
import { registerPause } from "./commands/pause.ts";
import { registerRead } from "./commands/read.ts";
import { registerReconcile } from "./commands/reconcile.ts";
import { registerRepos } from "./commands/repos.ts";
import { registerResolve } from "./commands/resolve.ts";
import { registerRun } from "./commands/run.ts";
import { registerRunners } from "./commands/runners.ts";
import { registerServe } from "./commands/serve.ts";
import type { Shell } from "./commands/shell.ts";
import { registerStatus } from "./commands/status.ts";
import { registerTape } from "./commands/tape.ts";
import { type Context, type GlobalOptions, styleOf, withCommandName } from "./context.ts";
import { CliError, type ExitCode, exitCodes } from "./exit-codes.ts";
import { createApi } from "./http/api.ts";
import { createClient } from "./http/client.ts";
import { findTarget, stateFolder } from "./http/target.ts";
import { clean, renderJson } from "./render/text.ts";
import { gated, type Terminal } from "./terminal.ts";

export interface CliHost {
  env: NodeJS.ProcessEnv;
  cwd: string;
  version: string;
  terminal: (plain: boolean) => Terminal;
  /** How long a command is repeated while the network is away; the client's default when absent. */
  patienceMs?: number;
}

/** Every command by what it is for, in the order of the help. */
const groups: Record<string, ((program: Command, shell: Shell) => void)[]> = {
  Loops: [registerRun, registerStatus, registerAccount, registerRead, registerLogs],
  Decisions: [registerDecide, registerAnswer, registerResolve, registerPause],
  Record: [registerAudit, registerTape],
  Installation: [
    ...[registerServe, registerRunners, registerConnections, registerRepos, registerDeliveries],
    ...[registerConfig, registerDoctor, registerReconcile],
  ],
};

/**
 * Runs one command line. Never throws for what a person can put right; the exit code says which kind it was.
 */
export async function runCli(args: string[], host: CliHost): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok;
  const program = new Command("tamma");
  const shell: Shell = {
    act:
      (command) =>
      async (...given) => {
        code = await command(contextOf(program.opts<GlobalOptions>(), host), ...given);
      },
  };
  const terminal = gated(host.terminal(true), true);
  program
    .description("from issue to reviewed, proven, merged pull request")
    .version(host.version)
    .option("--server <url>", "the server (TAMMA_SERVER)")
    .option("--state <dir>", "the server's state folder, which holds its address and token")
    .option("--json", "results as JSON on standard output, one object a line")
    .option("--plain", "ASCII, no colours, nothing painted over")
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .exitOverride();
  for (const [group, registers] of Object.entries(groups)) {
    program.commandsGroup(`${group}:`);
    for (const register of registers) register(program, shell);
  }
  inheritGlobals(program, program.commands);
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    return tellError(error, terminal, args.includes("--json"), host.env);
  }
}

/**
 * `tamma status --json` and `tamma --json status` mean the same; commander gives options to their own level
 * only.
 */
function inheritGlobals(program: Command, commands: readonly Command[]): void {
  for (const command of commands) {
    command.exitOverride();
    inheritGlobals(program, command.commands);
    for (const option of program.options) if (option.long !== "--version") command.addOption(option);
    // A group of commands would hear of each of them once more.
    if (command.commands.length > 0) continue;
    command.hook("preAction", (_root, acting) => {
      for (const option of program.options) {
        const value = acting.getOptionValue(option.attributeName());
        if (value !== undefined) program.setOptionValue(option.attributeName(), value);
      }
    });
  }
}

function contextOf(options: GlobalOptions, host: CliHost): Context {
  const terminal = gated(host.terminal(options.plain ?? false), options.json ?? false);
  return {
    terminal,
    style: styleOf(terminal),
    json: options.json ?? false,
    env: host.env,
    cwd: host.cwd,
    version: host.version,
    state: stateFolder(options, host.env, host.cwd),
    api: (how = {}) => {
      const target = findTarget(options, host.env, host.cwd);
      const say = (text: string) => terminal.err(`tamma: ${text}\n`);
      const patienceMs = how.patienceMs ?? host.patienceMs;
      const patience = patienceMs === undefined ? {} : { patienceMs };
      return createApi(createClient({ ...target, say, clean: !options.json && !how.raw, ...patience }));
    },
  };
}

/** What happened and why, then the next thing to do. */
function tellError(error: unknown, terminal: Terminal, json: boolean, env: NodeJS.ProcessEnv): ExitCode {
  if (error instanceof CommanderError)
    // commander has printed the reason itself; asking for help or version is no error.
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (!(error instanceof CliError)) throw error;
  const { exitCode, code, message } = error;
  const todo = withCommandName(error.todo, env);
  if (json) terminal.err(`${renderJson({ kind: "error", exitCode, code, message, todo })}\n`);
  else terminal.err(`tamma: ${clean(message)}\n       ${clean(todo)}\n`);
  return exitCode;
}
