import { renderUtc } from "@tamma/core/domain/projections/utc.ts";
import type { Delivery } from "@tamma/core/protocol/deliveries.ts";
import type { Command } from "commander";
import { type Context, report, withCommandName } from "../context.ts";
import { type ExitCode, exitCodes, usageError } from "../exit-codes.ts";
import { clean } from "../render/text.ts";
import type { Shell } from "./shell.ts";

/** A screen of them. */
const shownUsually = 20;
const shownMax = 200;

interface ListOptions {
  repo?: string;
  refused?: boolean;
  limit: string;
  before?: string;
}

export function registerDeliveries(program: Command, shell: Shell): void {
  program
    .command("deliveries")
    .description("what platforms told the connections, and what became of it, the newest first")
    .option("--repo <repository>", "only of this repository, by name or id")
    .option("--refused", "only what was refused or failed")
    .option("--limit <n>", `how many, at most ${shownMax}`, String(shownUsually))
    .option("--before <cursor>", "the page behind this one; the page before says it")
    .action(shell.act(deliveries));
}

async function deliveries(context: Context, options: ListOptions): Promise<ExitCode> {
  const { repo: repository, refused, before } = options;
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > shownMax)
    throw usageError(`--limit ${options.limit} is no number of lines`, `give one from 1 to ${shownMax}`);
  const only = refused ? ("refused" as const) : undefined;
  const page = await context.api().deliveries({ repository, only, before, limit });
  const lines = page.deliveries.map(renderDelivery);
  if (page.next !== null)
    lines.push(withCommandName(`more: \`tamma deliveries ${again(options, page.next)}\``, context.env));
  report(context, page, lines.join("\n") || "no delivery is kept; they are for eight days");
  return exitCodes.ok;
}

/** When, what came of it, where, what it was, why, and the loop that it was about. */
export function renderDelivery({
  at,
  outcome,
  connection,
  repository,
  event,
  id,
  reason,
  loop,
}: Delivery): string {
  const where = repository?.name ?? `connection ${connection}`;
  const what = event === null ? "unproven" : `${event} ${id}`;
  const why = [reason, loop?.id].filter((part) => part).join("; ");
  return clean([renderUtc(at), outcome.padEnd("waiting".length), where, what, why].join("  ").trimEnd());
}

function again({ repo, refused, limit }: ListOptions, next: string): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const parts = [
    ...(repo ? [`--repo ${quoted(repo)}`] : []),
    ...(refused ? ["--refused"] : []),
    ...(limit === String(shownUsually) ? [] : [`--limit ${limit}`]),
    `--before ${quoted(next)}`,
  ];
  return parts.join(" ");
}
