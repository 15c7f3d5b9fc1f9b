import type { Sha } from "../domain/ids.ts";
import type { CommandOf } from "../domain/loop/commands.ts";
import type { Check } from "../domain/loop/evidence.ts";
import { ownStatus } from "../domain/loop/own-status.ts";
import { type Platform, PlatformError, type PlatformErrorKind } from "../ports/platform.ts";
import { failedLogs } from "./failed-logs.ts";

/**
 * How the checks of a commit stand on its platform, as a loop is told it: without Tamma's own status, with
 * required ones of which nobody has reported yet, and with the ends of the logs of those that failed.
 *
 * @throws PlatformError when the verdicts cannot be asked
 */
export async function checksReport(
  { ci, runs }: Pick<Platform, "ci" | "runs">,
  sha: Sha,
): Promise<CommandOf<"ReportChecks">> {
  const reported = await ci.checks(sha);
  const begun = reported.filter(({ name }) => name !== ownStatus);
  const all = [...begun, ...(await missing(ci, reported))];
  // Where a branch requires none, nobody said which verdicts may be red: all of them count.
  const ruled = all.some(({ required }) => required);
  const checks = ruled ? all : all.map((check) => ({ ...check, required: true }));
  const failed = checks.filter((check) => check.required && check.state === "failed");
  if (failed.length > 0) {
    const names = failed.map(({ name }) => name);
    return { type: "ReportChecks", sha, checks, logs: await failedLogs(runs, sha, names) };
  }
  const open = ruled ? [] : await unfinished(runs, sha, checks);
  return { type: "ReportChecks", sha, checks: [...checks, ...open] };
}

/** Required checks that have not begun. Asked only where it could make a difference. */
async function missing(ci: Platform["ci"], reported: readonly Check[]): Promise<Check[]> {
  const done = reported.length > 0 && reported.every(({ state }) => state === "passed");
  if (!done) return [];
  const names = (await ci.unreported(reported)).filter((name) => name !== ownStatus);
  return names.map((name) => ({ name, state: "pending", required: true, url: null }));
}

const lookless: readonly PlatformErrorKind[] = ["unsupported", "forbidden", "not-found"];

/** A run that is not over may report more: jobs that wait for others have no verdict before they begin. */
async function unfinished(runs: Platform["runs"], sha: Sha, checks: readonly Check[]): Promise<Check[]> {
  if (runs === null || checks.some(({ state }) => state !== "passed")) return [];
  try {
    const open = (await runs.runsFor(sha)).filter(({ state }) => state === "waiting" || state === "running");
    return open.map(({ id, url }) => ({ name: `CI run ${id}`, state: "pending", required: true, url }));
  } catch (thrown) {
    // Older servers and smaller tokens show no runs; verdicts are what counts there.
    if (thrown instanceof PlatformError && lookless.includes(thrown.kind)) return [];
    throw thrown;
  }
}
