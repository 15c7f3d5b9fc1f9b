import type { LoopStarted } from "../../workers/rpc.ts";
import { openLoadHost } from "./host.ts";
import { inLanes } from "./lanes.ts";
import { addIssue, addRepository } from "./loops.ts";
import { decideAll } from "./people.ts";
import { countEnded, readLoops, waitUntil } from "./record.ts";
import { jobsAtOnceMax, startRunners } from "./runners.ts";
import { longestStillMs } from "./times.ts";

/** Issues of one repository; its slots let only some of them run at once, the others wait in its queue. */
const issuesPerRepository = 100;
/** Start commands under way. */
const atOnce = 64;
const turnMs = 20;
const jobMs = 20;
const patienceMsOf = (loops: number) => 120_000 + loops * 2_000;

export interface StormReport {
  commands: number;
  issues: number;
  /** Loops that began, and ended: one for each issue. */
  loops: number;
  ended: number;
  /** Issues with two loops, and loops with two beginnings. */
  doubled: number;
  /** Answers that named another loop for the same issue. */
  contradicted: number;
  commandsPerSecond: number;
  seconds: number;
  /** Per loop: the longest time between two of its events, once it had begun. */
  stillMs: number[];
}

/**
 * A storm of start commands, two for each issue, at once and in no order: half of the pairs with the same
 * key, as a request is repeated, half with different ones, as two people click. Each loop then goes as far as
 * its design, which a person turns down.
 */
export async function stormCase(commands: number): Promise<StormReport> {
  const issues = Math.floor(commands / 2);
  await using host = await openLoadHost({ turnMs });
  const starts: { repository: string; issue: number; key: string }[] = [];
  const repositories = Array.from({ length: Math.ceil(issues / issuesPerRepository) }, (_, n) => n);
  await inLanes(repositories, 8, async (n) => {
    const repository = await addRepository(host, n);
    const count = Math.min(issuesPerRepository, issues - n * issuesPerRepository);
    for (let each = 0; each < count; each += 1) {
      const issue = await addIssue(host, repository);
      const key = `start-${n}-${issue}`;
      starts.push({ repository, issue, key });
      starts.push({ repository, issue, key: issue % 2 === 0 ? key : `${key}-again` });
    }
  });
  await using _runners = await startRunners(host, jobMs, Math.min(8, Math.ceil(issues / jobsAtOnceMax)));
  const over = new AbortController();
  const deciding = decideAll(host, () => "reject", over.signal);
  try {
    const began = performance.now();
    const answers = new Map<string, Set<string>>();
    await inLanes(mixed(starts), atOnce, async ({ repository, issue, key }) => {
      const { loop } = await host.call<LoopStarted>("POST", "/api/v1/loops", { repository, issue }, key);
      const of = `${repository} ${issue}`;
      if (loop !== null) answers.set(of, (answers.get(of) ?? new Set()).add(loop));
    });
    const commandsPerSecond = starts.length / ((performance.now() - began) / 1_000);
    const ended = () => countEnded(host.state);
    await waitUntil(
      () => ended() === issues,
      patienceMsOf(issues),
      () => `${ended()} of ${issues} have ended`,
    );
    const records = readLoops(host.state);
    const begunTwice = records.filter(
      ({ events }) => events.filter(({ type }) => type === "LoopStarted").length !== 1,
    );
    return {
      ...{ commands: starts.length, issues, loops: records.length, ended: ended(), commandsPerSecond },
      doubled: begunTwice.length + records.filter(({ loop }) => !loop.endsWith("#1")).length,
      contradicted: [...answers.values()].filter((loops) => loops.size > 1).length,
      seconds: (performance.now() - began) / 1_000,
      stillMs: records.map(longestStillMs),
    };
  } finally {
    over.abort();
    await deciding;
  }
}

/** The second half between the first: pairs come at different times. */
function mixed<T>(items: readonly T[]): T[] {
  const half = Math.ceil(items.length / 2);
  return items
    .slice(0, half)
    .flatMap((item, n) => [items[half + n], item].filter((each) => each !== undefined));
}
