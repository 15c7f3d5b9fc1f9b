import type { Sha } from "../domain/ids.ts";
import { excerptCharsMax } from "../domain/policy/limits.ts";
import type { CiJob, CiRuns } from "../ports/ci-runs.ts";
import { PlatformError } from "../ports/platform.ts";

/** More logs than that share an excerpt in which nobody reads any of them. */
const jobsMax = 3;
/** Of each log so much is fetched: the end, where the failure is; marks and times in it are cut out. */
const logBytesMax = 16_000;

const timeInFront = /^\uFEFF?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z /gm;
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours of a terminal begin with one
const colours = /\u001b\[[0-9;?]*[A-Za-z]/g;

/**
 * The ends of the logs of failed CI jobs on `sha`, at most `excerptCharsMax` characters; empty where there
 * are none, or the platform does not show them: a failed check is one all the same. Nothing is redacted yet.
 *
 * @param runs null: a platform without CI of its own
 * @param failed names of the failed checks; jobs that belong to one of them come alone, if there are any
 */
export async function failedLogs(runs: CiRuns | null, sha: Sha, failed: readonly string[]): Promise<string> {
  if (runs === null) return "";
  try {
    const jobs = await failedJobs(runs, sha);
    const named = jobs.filter(({ name }) => failed.some((check) => check.includes(name)));
    const shown = (named.length > 0 ? named : jobs).slice(0, jobsMax);
    const charsMax = Math.floor(excerptCharsMax / Math.max(1, shown.length));
    const parts: string[] = [];
    for (const { id, name } of shown) {
      const log = await runs.log(id, logBytesMax);
      if (log !== null) parts.push(endOf(name, log, charsMax - separator.length));
    }
    return parts.join(separator);
  } catch (thrown) {
    if (thrown instanceof PlatformError) return "";
    throw thrown;
  }
}

const separator = "\n\n";

async function failedJobs(runs: CiRuns, sha: Sha): Promise<CiJob[]> {
  const jobs: CiJob[] = [];
  for (const run of await runs.runsFor(sha))
    if (run.state === "failed") jobs.push(...(await runs.jobs(run.id)));
  return jobs.filter(({ state }) => state === "failed");
}

/** The end of a log below its job's name, from the beginning of a line. */
function endOf(name: string, log: string, charsMax: number): string {
  const text = log.replace(/\r\n?/g, "\n").replace(timeInFront, "").replace(colours, "").trimEnd();
  const head = `${name.slice(0, 200)}:\n`;
  const room = Math.max(0, charsMax - head.length);
  if (text.length <= room) return (head + text).toWellFormed();
  const end = text.slice(text.length - room);
  const line = end.indexOf("\n");
  return (head + (line >= 0 && line < room / 2 ? end.slice(line + 1) : end)).toWellFormed();
}
