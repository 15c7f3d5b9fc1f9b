import { parseArgs } from "node:util";
import { levels } from "@tamma/core/domain/loop/work.ts";
import { defaultPort, parsePort, UsageError } from "../options.ts";
import { type SimulatedPlatform, simulatedPlatforms } from "./simulated.ts";

/** What `npm start -- ...` was asked for. Null: not given. */
export interface StartOptions {
  yes: boolean;
  once: boolean;
  json: boolean;
  repo: string | null;
  issue: string | null;
  body: string | null;
  port: number;
  state: string | null;
  level: string | null;
  /** Work on a simulated platform instead of plain Git. */
  platform: SimulatedPlatform | null;
}

export const startUsage = `npm start -- [options]
  --yes            answer as yourself where that is allowed ahead of time (recorded as --yes)
  --once           end with the loop: 0 merged, 3 waiting for a person, 4 escalated, 1 otherwise
  --repo PATH      your own repository instead of the sample (path or URL)
  --issue TITLE    make this issue and work on it
  --body FILE      text of the issue
  --platform NAME  the sample on a simulated platform (${simulatedPlatforms.join(", ")}): no account is needed
  --level LEVEL    ${levels.join(", ")}
  --port N         port on 127.0.0.1, ${defaultPort} when absent, 0 for a free one
  --state DIR      where everything is kept, .tamma in the project's root when absent
                   (.tamma-NAME with --platform, made anew by each start)
  --json           events and results as JSON lines
  --help           this list`;

/** @throws UsageError; null when the list of options was asked for */
export function parseStartOptions(args: string[]): StartOptions | null {
  const { values } = read(args);
  if (values.help) return null;
  const { repo = null, issue = null, body = null, state = null, level = null } = values;
  const platform = parsePlatform(values.platform, repo);
  if (body !== null && issue === null)
    throw new UsageError('--body needs --issue: give the title too, --issue "title" --body FILE');
  if (issue !== null && issue.trim() === "") throw new UsageError("--issue is empty; give a title");
  if (level !== null && !levels.some((one) => one === level))
    throw new UsageError(`--level ${level} is unknown; use one of ${levels.join(", ")}`);
  return {
    yes: values.yes ?? false,
    once: values.once ?? false,
    json: values.json ?? false,
    repo,
    issue,
    body,
    port: parsePort(values.port ?? String(defaultPort)),
    state,
    level,
    platform,
  };
}

/** @throws UsageError for one that is not simulated, or with a repository that could not be on it */
function parsePlatform(given: string | undefined, repo: string | null): SimulatedPlatform | null {
  if (given === undefined) return null;
  const platform = simulatedPlatforms.find((one) => one === given);
  if (!platform)
    throw new UsageError(`--platform ${given} is not simulated; use ${simulatedPlatforms.join(" or ")}`);
  if (repo === null) return platform;
  throw new UsageError("--platform has the sample repository on it; leave --repo away");
}

function read(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        yes: { type: "boolean" },
        once: { type: "boolean" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
        repo: { type: "string" },
        issue: { type: "string" },
        body: { type: "string" },
        port: { type: "string" },
        state: { type: "string" },
        level: { type: "string" },
        platform: { type: "string" },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
