import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { coverage, coversAll, listParts, type Part } from "./parts.ts";
import { closingLine, sum, type Tally } from "./tally.ts";

/**
 * Runs the named parts, or all; goes on after a failed one so that one run tells everything. `--long` adds
 * the tests that take minutes or download (`*.long.test.ts`).
 */
async function main(root: string, args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => arg !== "--long");
  const withLong = names.length < args.length;
  // vitest.config.ts reads it in the processes that this one starts.
  if (withLong) process.env.TAMMA_TEST_ALL = "1";
  const all = listParts(root, withLong);
  const known = all.map((part) => part.name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    process.stdout.write(`no such part: ${unknown.join(", ")} (there are: ${known.join(", ")})\n`);
    process.stdout.write(`${closingLine({ passed: 0, failed: unknown.length, skipped: 0 })}\n`);
    return 2;
  }
  const chosen = names.length === 0 ? all : all.filter((part) => names.includes(part.name));
  rmSync(join(root, "coverage"), { recursive: true, force: true });
  const queue = coversAll(chosen, all) ? [...chosen, coverage] : chosen;
  const tallies: [Part, Tally, number][] = [];
  for (const part of queue) {
    process.stdout.write(`\n== ${part.name} ==\n`);
    const started = Date.now();
    tallies.push([part, await part.run(root), Date.now() - started]);
  }
  process.stdout.write("\n");
  for (const [part, tally, ms] of tallies) {
    process.stdout.write(`${part.name.padEnd(12)} ${closingLine(tally)} (${(ms / 1000).toFixed(1)} s)\n`);
  }
  const total = sum(tallies.map(([, tally]) => tally));
  process.stdout.write(`${closingLine(total)}\n`);
  return total.failed === 0 ? 0 : 1;
}

process.exitCode = await main(resolve(import.meta.dirname, "../.."), process.argv.slice(2));
