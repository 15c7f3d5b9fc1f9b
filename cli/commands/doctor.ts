import type { Command } from "commander";
import type { Context } from "../context.ts";
import { tryConnection } from "../doctor/connections.ts";
import { checkDeliveries } from "../doctor/deliveries.ts";
import type { Finding } from "../doctor/finding.ts";
import { checkDisk, checkGit, checkNode, checkState } from "../doctor/machine.ts";
import { reportFindings } from "../doctor/report.ts";
import { checkRepository } from "../doctor/repositories.ts";
import { checkHealth, checkProvider, checkRunners, checkServer } from "../doctor/server.ts";
import { CliError, type ExitCode } from "../exit-codes.ts";
import type { Api } from "../http/api.ts";
import type { Shell } from "./shell.ts";

/** Whoever asks a doctor does not wait a minute to hear that nobody is there. */
const patienceMs = 2_000;

export function registerDoctor(program: Command, shell: Shell): void {
  program
    .command("doctor")
    .description(
      "look at this machine, the server, its provider, runners, platforms, repositories; 1 when one is bad",
    )
    .action(shell.act(doctor));
}

async function doctor(context: Context): Promise<ExitCode> {
  const findings: Finding[] = [checkNode(process.versions.node), await checkGit(context.env)];
  findings.push(...checkState(context.state), checkDisk(context.state));
  const { findings: about, reached } = await checkServer(apiOf(context), context.version, Date.now);
  findings.push(...about);
  if (reached) findings.push(...(await checkInstallation(reached)));
  return reportFindings(context, findings);
}

async function checkInstallation(api: Api): Promise<Finding[]> {
  const [health, provider, runners, repositories, connections] = await Promise.all([
    checkHealth(api.server),
    checkProvider(api),
    checkRunners(api, Date.now()),
    api.repositories(),
    api.connections(),
  ]);
  const ids = connections.map(({ id }) => id);
  // Those of a connection are looked at with it.
  const own = repositories.filter(({ connection }) => !ids.includes(connection));
  const each = await Promise.all([
    ...own.map(checkRepository),
    ...ids.map((connection) => tryConnection(api, connection)),
    ...(ids.length > 0 ? [checkDeliveries(api)] : []),
  ]);
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
