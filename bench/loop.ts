import { join } from "node:path";
import type { EventLine } from "@tamma/core/protocol/rest.ts";
import { createSample } from "../server/sample/create.ts";
import { sampleIssues } from "../server/sample/issues.ts";
import { sampleScript } from "../server/sample/sample-script.ts";
import { sampleConfig } from "../server/start/sample.ts";
import { openStage, type Stage } from "../test/journey/stage.ts";
import type { Benchmark, Figure } from "./benchmark.ts";

const rounds = 5;
/** What a loop of the sample may cost beside its model and its commands. */
const overheadMsMax = 5_000;

/** One line of the runner's log for each command of the project: `[exit code 0, 645 ms]`. */
const commandTook = /^\[.*, (\d+) ms\]$/gm;

export const loop: Benchmark = {
  name: "loop",
  says: "the sample's first issue from start to merge; overhead: without model answers and project commands",
  async run() {
    const config = sampleConfig(join(import.meta.dirname, "../server/sample/repository"));
    const taken = { whole: [] as number[], commands: [] as number[], model: [] as number[] };
    const jobs: JobTimes = { waited: [], beside: [] };
    for (let round = 0; round < rounds; round++) {
      await using stage = await openStage({ script: sampleScript, repository: createSample, config });
      const one = await measureLoop(stage, jobs);
      taken.whole.push(one.whole);
      taken.commands.push(one.commands);
      taken.model.push(one.model);
    }
    const overhead = taken.whole.map((ms, at) => ms - (taken.commands[at] ?? 0) - (taken.model[at] ?? 0));
    return [
      figure("whole loop", taken.whole),
      figure("of it the project's commands", taken.commands),
      figure("of it the model's answers", taken.model),
      { ...figure("overhead", overhead), aim: { of: "median", most: overheadMsMax } },
      figure("a job waits for a runner", jobs.waited),
      figure("a job beside its commands and turns", jobs.beside),
    ];
  },
};

interface JobTimes {
  waited: number[];
  beside: number[];
}

async function measureLoop(stage: Stage, jobs: JobTimes) {
  const [issue] = sampleIssues;
  if (!issue) throw new Error("the sample has no issue");
  const loop = await stage.start(issue.title, issue.body);
  const end = await stage.approveAll(loop);
  if (end.word !== "merged") throw new Error(`the loop is ${end.word}, not merged`);
  const events = await stage.events(loop);
  const whole = (events.at(-1)?.at ?? 0) - (events[0]?.at ?? 0);
  const turns = events.filter((event) => event.type === "TurnSettled");
  const model = total(turns.map((event) => Number(event.payload.latencyMs)));
  let commands = 0;
  for (const job of jobsOf(events)) {
    const inCommands = await commandMs(stage, loop, job.id);
    commands += inCommands;
    const inTurns = total(
      turns
        .filter((event) => String(event.payload.turn).startsWith(`${job.id}~`))
        .map((event) => Number(event.payload.latencyMs)),
    );
    jobs.waited.push(job.leasedAt - job.queuedAt);
    jobs.beside.push(job.endedAt - job.leasedAt - inCommands - inTurns);
  }
  return { whole, commands, model };
}

function jobsOf(events: readonly EventLine[]) {
  const at = (type: string, job: string) =>
    events.find((event) => event.type === type && event.payload.job === job)?.at ?? Number.NaN;
  return events
    .filter((event) => event.type === "JobQueued")
    .map(({ at: queuedAt, payload }) => {
      const id = String(payload.job);
      return { id, queuedAt, leasedAt: at("LeaseGranted", id), endedAt: at("JobFinished", id) };
    });
}

async function commandMs(stage: Stage, loop: string, job: string): Promise<number> {
  const path = `/api/v1/loops/${encodeURIComponent(loop)}/log?job=${encodeURIComponent(job)}`;
  const log = await (await stage.raw("GET", path)).text();
  return total([...log.matchAll(commandTook)].map((match) => Number(match[1])));
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function figure(name: string, values: readonly number[]): Figure {
  return { name, unit: "ms", values, aim: null };
}
