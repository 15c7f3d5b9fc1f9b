// npm run bench [-- NAME...] [-- --json] [-- --save]: measures and prints. A missed aim fails nothing.
import { arch, cpus, platform, totalmem } from "node:os";
import { append } from "./append.ts";
import type { Benchmark } from "./benchmark.ts";
import { engine } from "./engine.ts";
import { engineKilled } from "./engine-killed.ts";
import { loop } from "./loop.ts";
import { many } from "./many.ts";
import { memory } from "./memory.ts";
import { reading } from "./reading.ts";
import { recovery } from "./recovery.ts";
import { type Result, saveResults } from "./results.ts";
import { start } from "./start.ts";
import { summaryOf } from "./statistics.ts";
import { renderTable } from "./table.ts";
import { webhooks } from "./webhooks.ts";

const all: readonly Benchmark[] = [
  engine,
  engineKilled,
  append,
  reading,
  loop,
  many,
  start,
  memory,
  recovery,
  webhooks,
];

/** In general terms: figures are worth something beside the machine they were measured on. */
function machine(): string {
  const gib = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores, ${gib} GiB, ${platform()} ${arch()}, Node ${process.versions.node}`;
}

async function main(args: readonly string[]): Promise<number> {
  const [json, save] = [args.includes("--json"), args.includes("--save")];
  const names = args.filter((arg) => !arg.startsWith("--"));
  const unknown = names.filter((name) => !all.some((one) => one.name === name));
  if (unknown.length > 0) {
    process.stderr.write(
      `no such benchmark: ${unknown.join(", ")} (${all.map(({ name }) => name).join(", ")})\n`,
    );
    return 2;
  }
  const results: Result[] = [];
  const on = new Date().toISOString().slice(0, 10);
  for (const { name, says, run } of all.filter((one) => names.length === 0 || names.includes(one.name))) {
    process.stderr.write(`${name}: ${says}\n`);
    const figures = await run();
    results.push({ name, says, machine: machine(), on, figures });
    if (!json) process.stdout.write(`\n${renderTable(figures)}\n`);
    // One after another, so that a run that is ended keeps what it had.
    if (save) saveResults(results);
  }
  if (json) {
    const figures = results.flatMap(({ name: benchmark, figures }) =>
      figures.map((figure) => ({ benchmark, ...figure, summary: summaryOf(figure.values) })),
    );
    process.stdout.write(
      `${JSON.stringify({ machine: machine(), at: new Date().toISOString(), figures })}\n`,
    );
  } else process.stdout.write(`measured on ${machine()}\n`);
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
