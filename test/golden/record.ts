import { keptHistories, neededVersion, readFolded, readHistory, writeFolded, writeHistory } from "./kept.ts";
import { kinds } from "./kinds.ts";
import { readingProblems } from "./reading.ts";

/**
 * `npm run golden:record`: records the histories that are not there yet, and folds them. A history that is
 * there is never written again: it stands for logs that people have. With `-- --folded` what is kept beside
 * the histories is made anew, after a change of the state or of what people see that is meant.
 */
const again = process.argv.includes("--folded");
const before = keptHistories();
let recorded = 0;
for (const kind of kinds)
  for (const [name, record] of Object.entries(kind.histories)) {
    const envelopes = record();
    const needed = neededVersion(kind, envelopes);
    if (before.some((one) => one.kind === kind && one.name === name && one.version >= needed)) continue;
    console.log(`recorded: ${writeHistory(kind, name, envelopes).path}`);
    recorded += 1;
  }

const problems: string[] = [];
let folded = 0;
for (const history of keptHistories()) {
  const envelopes = readHistory(history);
  const found = readingProblems(history.kind, history.path, envelopes);
  problems.push(...found);
  if (found.length > 0 || (!again && readFolded(history) !== null)) continue;
  writeFolded(history, history.kind.fold(envelopes));
  folded += 1;
}
for (const problem of problems) console.error(problem);
console.log(`golden: ${recorded} histories recorded, ${folded} folded, ${problems.length} not readable`);
process.exitCode = problems.length > 0 ? 1 : 0;
