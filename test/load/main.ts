import { parseArgs } from "node:util";
import { type LoopsReport, loopsCase, roundsFor } from "./loops.ts";
import { type StormReport, stormCase } from "./storm.ts";
import { type WaitingReport, waitingCase } from "./waiting.ts";

/** A model answers in this time and a job takes as long: hundreds of times as fast as real ones. */
const paceMs = 400;
/** Objects without work leave memory after a while. */
const restMs = 20_000;
/** NFR-1: ten at once cost each loop at most so many times what one costs alone. */
const growthMax = 1.5;

const usage =
  "npm run load -- [--loops 1,10,100,1000] [--kill] [--storm COMMANDS] [--waiting LOOPS]\n" +
  "  --loops    so many loops at once, to their merge; few of them several times\n" +
  "  --kill     kill -9 of server and runtime in the middle of each run of loops\n" +
  "  --storm    so many start commands, two for each issue: exactly one loop each\n" +
  "  --waiting  so many loops that wait for a person\n";

/** Takes what is asked for, one after another; without arguments a small one of each. */
async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      loops: { type: "string" },
      kill: { type: "boolean", default: false },
      storm: { type: "string" },
      waiting: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const all = values.loops === undefined && values.storm === undefined && values.waiting === undefined;
  const numbers = values.loops ?? (all ? "1,10,100" : "");
  const storm = values.storm ?? (all ? "1000" : null);
  const waiting = values.waiting ?? (all ? "200" : null);
  let broken = 0;

  const reports: LoopsReport[] = [];
  for (const loops of numbers.split(",").filter(Boolean).map(Number)) {
    const rounds = values.kill ? 1 : roundsFor(loops);
    const killAt = values.kill ? 0.4 : null;
    const report = await loopsCase({ loops, rounds, turnMs: paceMs, jobMs: paceMs, killAt, restMs });
    reports.push(report);
    sayLoops(report);
    if (report.merged !== report.of || report.doubled > 0) broken += 1;
  }
  sayGrowth(reports);
  if (storm !== null) broken += sayStorm(await stormCase(Number(storm)));
  if (waiting !== null) sayWaiting(await waitingCase(Number(waiting)));
  process.stdout.write(broken === 0 ? "load: all as it should be\n" : `load: ${broken} cases broken\n`);
  return broken === 0 ? 0 : 1;
}

function sayLoops(report: LoopsReport): void {
  const { loops, of, merged, doubled, seconds, memory, memoryAtRest, kbPerLoop, recovery } = report;
  say(`${loops} at once: ${merged} of ${of} merged, ${doubled} doubled, in ${seconds.toFixed(1)} s`);
  say(
    `  overhead per loop: median ${ms(median(report.overheadMs))}, ` +
      `most ${ms(Math.max(...report.overheadMs))}`,
  );
  say(`  waited while others of their repository merged: median ${ms(median(report.turnWaitMs))}`);
  say(`  processor time per loop: ${ms(report.processorMs)}`);
  say(`  longest without a new event: ${ms(Math.max(...report.stillMs))}`);
  say(
    `  memory: server ${mb(memory.server)}, workerd ${mb(memory.workerd)}; ` +
      `disk ${kbPerLoop.toFixed(0)} KB a loop`,
  );
  if (memoryAtRest)
    say(`  memory at rest: server ${mb(memoryAtRest.server)}, workerd ${mb(memoryAtRest.workerd)}`);
  if (recovery)
    say(
      `  kill -9 with ${recovery.inFlight} in flight: listens after ${ms(recovery.listeningMs)}, ` +
        `all are awake after ${ms(recovery.allAwakeMs)}, all have moved after ${ms(recovery.allMovedMs)}`,
    );
}

/** Overhead of each size against that of the smallest. */
function sayGrowth(reports: readonly LoopsReport[]): void {
  const [first, ...rest] = reports;
  if (!first) return;
  for (const report of rest) {
    const times = median(report.overheadMs) / median(first.overheadMs);
    const aim = report.loops === 10 && first.loops === 1 ? ` (wanted: at most ${growthMax})` : "";
    say(`overhead of a loop at ${report.loops} is ${times.toFixed(2)} times that at ${first.loops}${aim}`);
  }
}

function sayStorm(report: StormReport): number {
  const { commands, issues, loops, ended, doubled, contradicted } = report;
  say(`storm: ${commands} commands for ${issues} issues, ${report.commandsPerSecond.toFixed(0)} per s`);
  say(`  ${loops} loops, ${ended} ended, ${doubled} doubled, ${contradicted} contradicted`);
  say(
    `  longest without a new event: ${ms(Math.max(...report.stillMs))}; ` +
      `all over in ${report.seconds.toFixed(1)} s`,
  );
  return loops === issues && ended === issues && doubled === 0 && contradicted === 0 ? 0 : 1;
}

function sayWaiting({ loops, memory, memoryAfter, ...report }: WaitingReport): void {
  const mine = (memory.workerd * 1_024) / loops;
  say(`${loops} wait for a person, after ${report.secondsToGetThere.toFixed(0)} s`);
  say(`  memory: server ${mb(memory.server)}, workerd ${mb(memory.workerd)} (${mine.toFixed(1)} KB a loop)`);
  say(
    `  disk ${report.kbPerLoop.toFixed(0)} KB a loop; processor at rest ${(report.busy * 100).toFixed(1)} %`,
  );
  say(`  the inbox comes in ${ms(report.inboxMs)}`);
  const { listeningMs, decidedMs } = report.recovery;
  say(`  kill -9: listens after ${ms(listeningMs)}, takes a decision after ${ms(decidedMs)}`);
  say(`  memory afterwards: server ${mb(memoryAfter.server)}, workerd ${mb(memoryAfter.workerd)}`);
}

const say = (line: string) => void process.stdout.write(`${line}\n`);
const ms = (value: number) => `${value.toFixed(0)} ms`;
const mb = (value: number) => `${value.toFixed(0)} MB`;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

process.exitCode = await main(process.argv.slice(2));
