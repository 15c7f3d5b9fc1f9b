import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nothing, type Tally } from "./run-seeds.ts";

/** Everything that decides how a seed ends. */
const sources = ["core/**/*.ts", "workers/**/*.ts", "test/simulation/*.ts", "test/memory/*.ts"];
const others = ["**/node_modules/**", "**/*.test.ts", "test/simulation/kept-seeds.ts"];

/** How far a long run of seeds has come. */
interface Kept {
  /** The sources that were run: others would make it a run of two programs. */
  code: string;
  from: number;
  tally: Tally;
  /** Time that was spent until then, in seconds. */
  seconds: number;
}

/** A run that goes on in `file` after it was cut. */
export interface KeptRun {
  tally: Tally;
  seconds: number;
  keep(tally: Tally, seconds: number): void;
}

/**
 * What `file` holds of a run of seeds from `from` on; an empty one when there is no such file.
 *
 * @throws when the file is of other seeds or of other sources
 */
export function keptRun(file: string, from: number, root = join(import.meta.dirname, "../..")): KeptRun {
  const code = codeOf(root);
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Kept) : null;
  if (kept && (kept.from !== from || kept.code !== code))
    throw new Error(
      `${file} is of a run from seed ${kept.from} on` +
        `${kept.code === code ? "" : ", of other sources"}; name another file, or remove it`,
    );
  return {
    tally: kept?.tally ?? nothing(),
    seconds: kept?.seconds ?? 0,
    keep: (tally, seconds) => {
      const now: Kept = { code, from, tally, seconds };
      // A cut in the middle of writing must not cost what was there.
      writeFileSync(`${file}.new`, JSON.stringify(now));
      renameSync(`${file}.new`, file);
    },
  };
}

/** One hash of all sources that a seed runs through, tests of other things left out. */
function codeOf(root: string): string {
  const hash = createHash("sha256");
  const files = globSync(sources, { cwd: root, exclude: others });
  for (const file of files.sort())
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update("\0");
  return hash.digest("hex");
}
