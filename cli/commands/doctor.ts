import type { Command } from "commander";
import { type Context, report, withCommandName } from "../context.ts";
import type { Finding } from "../doctor/finding.ts";
import { checkDisk, checkGit, checkNode, checkState } from "../doctor/machine.ts";
import { checkRepository } from "../doctor/repositories.ts";
import { checkHealth, checkProvider, checkRunners, checkServer } from "../doctor/server.ts";
import { CliError, type ExitCode, exitCodes } from "../exit-codes.ts";
import type { Api } from "../http/api.ts";
import { clean } from "../render/text.ts";
import type { Shell } from "./shell.ts";

/** Whoever asks a doctor does not wait a minute to hear that nobody is there. */
const patienceMs = 2_000;

export function registerDoctor(program: Command, shell: Shell): void {
  program
    .command("doctor")
    .description(
      "look at this machine, the server, its provider, runners and repositories; 1 when something is wrong",
    )
    .action(shell.act(doctor));
}

async function doctor(context: Context): Promise<ExitCode> {
  const findings: Finding[] = [checkNode(process.versions.node), await checkGit(context.env)];
  findings.push(...checkState(context.state), checkDisk(context.state));
  const { findings: about, reached } = await checkServer(apiOf(context), context.version, Date.now);
  findings.push(...about);
  if (reached) findings.push(...(await checkInstallation(reached)));
  const faults = findings.filter((finding) => finding.state === "fault").length;
  const warnings = findings.filter((finding) => finding.state === "warning").length;
  const lines = findings.map((finding) => render(context, finding));
  const sum = `${counted(faults, "fault")}, ${counted(warnings, "warning")}`;
  report(context, { ok: faults === 0, faults, warnings, findings }, [...lines, sum].join("\n"));
  return faults === 0 ? exitCodes.ok : exitCodes.failed;
}

async function checkInstallation(api: Api): Promise<Finding[]> {
  const [health, provider, runners, repositories] = await Promise.all([
    checkHealth(api.server),
    checkProvider(api),
    checkRunners(api, Date.now()),
    api.repositories(),
  ]);
  const each = await Promise.all(repositories.map(checkRepository));
  return [...health, provider, ...runners, ...each.flat()];
}

function apiOf(context: Context): Api | CliError {
  try {
    return context.api({ patienceMs });
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
}

const looks = { ok: "done", warning: "retry", fault: "failed", skipped: "skipped" } as const;

function render({ style, env }: Context, { what, state, says, todo }: Finding): string {
  const look = looks[state];
  const line = `${style.glyph(look)} ${state.padEnd("warning".length)}  ${what}: ${clean(says)}`;
  const next = todo === null ? "" : `\n             ${withCommandName(clean(todo), env)}`;
  return style.paint(look, line) + next;
}

function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}
