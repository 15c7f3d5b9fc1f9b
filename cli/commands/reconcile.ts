import type { StreamReport } from "@tamma/core/protocol/rest.ts";
import type { Command } from "commander";
import { type Context, report } from "../context.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { clean } from "../render/text.ts";
import type { Shell } from "./shell.ts";

export function registerReconcile(program: Command, shell: Shell): void {
  program
    .command("reconcile")
    .description(
      "compare every record with its copy in D1 and mend what can be verified; 1 when something could not be",
    )
    .option("--all", "name the ones that are equal too")
    .option(
      "--set-aside",
      "where both sides went on, D1's events hold and the object's own are kept apart",
      false,
    )
    .action(shell.act(reconcile));
}

async function reconcile(context: Context, options: { all?: boolean; setAside: boolean }): Promise<ExitCode> {
  const found = await context.api().reconcile({ setAside: options.setAside });
  const told = found.streams.filter((each) => options.all || each.outcome !== "equal");
  const equal = found.streams.filter((each) => each.outcome === "equal").length;
  const lines = [...told.map(line), `${equal} of ${found.streams.length} records were equal to their copy`];
  report(context, found, lines.join("\n"));
  return found.streams.some((each) => each.outcome === "refused") ? exitCodes.failed : exitCodes.ok;
}

function line({ stream, outcome, text }: StreamReport): string {
  return `${clean(stream)}  ${outcome}: ${clean(text)}`;
}
