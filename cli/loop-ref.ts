import { LoopId } from "@tamma/core/domain/ids.ts";
import type { LoopSummary } from "@tamma/core/protocol/rest.ts";
import { CliError, exitCodes, usageError } from "./exit-codes.ts";
import type { Api } from "./http/api.ts";

/**
 * The loop that a person means: a loop id as it is, an issue number where only one repository has it (its
 * newest loop), or nothing where only one loop is active.
 *
 * @throws CliError `usage` when it is ambiguous, with the ids to choose from
 */
export async function findLoop(api: Pick<Api, "loops">, ref: string | undefined): Promise<string> {
  if (ref === undefined) return onlyActive((await api.loops("active")).loops);
  if (LoopId.safeParse(ref).success) return ref;
  const number = Number(ref.replace(/^#/, ""));
  if (!Number.isInteger(number) || number < 1)
    throw usageError(`${ref} is neither a loop id nor an issue number`, "list the loops with `tamma status`");
  const found = (await api.loops("all")).loops.filter((loop) => loop.issue === number);
  const repositories = new Set(found.map((loop) => loop.repository));
  if (repositories.size > 1)
    throw usageError(
      `issue ${number} exists in ${repositories.size} repositories`,
      `name one of ${ids(found)}`,
    );
  const newest = found.toSorted((a, b) => b.startedAt - a.startedAt)[0];
  if (newest) return newest.id;
  throw new CliError({
    exitCode: exitCodes.failed,
    code: "no-loop",
    message: `issue ${number} has no loop`,
    todo: `start one with \`tamma run ${number}\``,
  });
}

function onlyActive(active: LoopSummary[]): string {
  const [only, ...more] = active;
  if (only && more.length === 0) return only.id;
  if (!only)
    throw new CliError({
      exitCode: exitCodes.failed,
      code: "no-loop",
      message: "no loop is active",
      todo: "start one with `tamma run`, or name one of `tamma status`",
    });
  throw usageError(`${active.length} loops are active`, `name one of ${ids(active)}`);
}

function ids(loops: LoopSummary[]): string {
  return loops.map((loop) => `'${loop.id}'`).join(", ");
}
