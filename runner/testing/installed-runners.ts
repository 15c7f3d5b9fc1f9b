import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Dialect, dialects } from "./dialects.ts";
import { problemsOf, recordedCases } from "./expectations.ts";
import { Kit, nodeFirst } from "./kits.ts";

/** A suite whose process never ends is given up after this; nothing here takes as long. */
const timeoutMs = 30_000;
const leftOpenMs = 3_000;
const fixtures = join(import.meta.dirname, "../project/reports/fixtures");
/** `TAMMA_RECORD=1` writes what `recorded.test.ts` reads. */
const recording = process.env.TAMMA_RECORD === "1";

/**
 * Installs test runners from the registry and reads every case with them. Every second one, from this one on:
 * two files, because a file waits for one download at a time.
 */
export function readInstalledRunners(from: 0 | 1): void {
  let folder: string;
  let backToOldPath: () => void;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "tamma-kits-"));
    backToOldPath = nodeFirst(folder, process.execPath);
  });
  afterAll(() => {
    backToOldPath();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(dialects.filter((_, at) => at % 2 === from))(
    "$name, installed from the registry, is read in every case",
    { timeout: 900_000 },
    async (one) => expect(await problemsWith(one, folder)).toEqual([]),
  );
}

async function problemsWith(one: Dialect, folder: string): Promise<string[]> {
  const kit = await new Kit(folder, one.packages).install();
  const problems: string[] = [];
  for (const [title, { files, manifest, only }] of Object.entries(one.cases)) {
    kit.use(files, manifest);
    const run = await kit.run({ ...(only ? { files: only } : {}), timeoutMs, leftOpenMs });
    problems.push(...problemsOf(title, run).map((problem) => `${title} (${run.line}): ${problem}`));
  }
  if (recording && one.current) await recordAll(kit, one);
  return problems;
}

async function recordAll(kit: Kit, { name, cases }: Dialect): Promise<void> {
  const found: Record<string, unknown> = {};
  for (const title of recordedCases) {
    const one = cases[title];
    if (!one) continue;
    kit.use(one.files, one.manifest);
    found[title] = await kit.record(one.only);
  }
  mkdirSync(fixtures, { recursive: true });
  writeFileSync(join(fixtures, `${name.replace(/\W+/g, "-")}.json`), `${JSON.stringify(found, null, 1)}\n`);
}
