import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Figure } from "./benchmark.ts";
import { renderTable } from "./table.ts";

const folder = join(import.meta.dirname, "results");

/** What one run of one benchmark found, and where. */
export interface Result {
  name: string;
  says: string;
  /** In general terms: figures are worth something beside the machine they were measured on. */
  machine: string;
  /** Day of the run. */
  on: string;
  figures: readonly Figure[];
}

/** Keeps what each benchmark that ran found in the place of its last results: lines of JSON, and a page. */
export function saveResults(results: readonly Result[]): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "results.jsonl");
  const kept = new Map(readKept(file).map((result) => [result.name, result]));
  for (const result of results) kept.set(result.name, result);
  const all = [...kept.values()].sort((a, b) => a.name.localeCompare(b.name));
  writeFileSync(file, all.map((result) => `${JSON.stringify(rounded(result))}\n`).join(""));
  writeFileSync(join(folder, "README.md"), page(all));
}

function readKept(file: string): Result[] {
  try {
    const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
    return lines.map((line) => JSON.parse(line) as Result);
  } catch {
    return [];
  }
}

/** More digits than a clock has would only make the file long. */
function rounded({ figures, ...result }: Result): Result {
  const short = (value: number) => Math.round(value * 1_000) / 1_000;
  return { ...result, figures: figures.map((one) => ({ ...one, values: one.values.map(short) })) };
}

function page(results: readonly Result[]): string {
  const parts = results.map(
    ({ name, says, machine, on, figures }) =>
      `## ${name}\n\n${says}. On ${on}, ${machine}.\n\n` +
      `\`\`\`text\n${renderTable(figures).trimEnd()}\n\`\`\`\n`,
  );
  const head =
    "# The last results\n\nWritten by `npm run bench -- --save`. What is measured, and how to read it,\n" +
    "is in [benchmarks and load](../../docs/benchmarks.md). An aim that was missed says so.\n";
  return `${[head, ...parts].join("\n")}`;
}
