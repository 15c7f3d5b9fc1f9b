import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keptRun } from "./kept-run.ts";
import { runOnCores } from "./pool.ts";
import { nothing, type Tally } from "./run-seeds.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tamma-kept-run-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const seeds = { from: 7, count: 60 };
const patienceMs = 120_000;

test(
  "a run that was cut goes on where it was, and comes to what a run in one piece comes to",
  async () => {
    const whole = await runOnCores(
      { ...seeds, before: nothing() },
      2,
      () => {},
      () => false,
    );
    expect(whole).toMatchObject({ seeds: seeds.count, broken: [] });
    const file = join(folder, "run.json");
    const first = keptRun(file, seeds.from);
    const keep = (tally: Tally): void => first.keep(tally, 1);
    const begun = ({ seeds }: Tally): boolean => seeds > 0;
    const cut = await runOnCores({ ...seeds, before: first.tally }, 1, keep, begun);
    expect(cut.seeds).toBeLessThan(seeds.count);
    const second = keptRun(file, seeds.from);
    expect(second).toMatchObject({ tally: cut, seconds: 1 });
    expect(
      await runOnCores(
        { ...seeds, before: second.tally },
        2,
        () => {},
        () => false,
      ),
    ).toEqual(whole);
  },
  patienceMs,
);

test("a run does not go on with other seeds, nor with other sources", () => {
  const file = join(folder, "run.json");
  keptRun(file, 1).keep(nothing(), 0);
  expect(() => keptRun(file, 2)).toThrow("is of a run from seed 1 on; name another file, or remove it");
  writeFileSync(join(folder, "other.json"), JSON.stringify({ code: "other", from: 1, tally: nothing() }));
  expect(() => keptRun(join(folder, "other.json"), 1)).toThrow("of other sources");
});
