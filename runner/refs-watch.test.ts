import { readFileSync } from "node:fs";
import { join } from "node:path";
import { redactor } from "@tamma/core/engine/redact.ts";
import type { RefsReport } from "@tamma/core/protocol/runner.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { watchRefs } from "./refs-watch.ts";
import {
  commitAll,
  git,
  makeRepository,
  refOf,
  remove,
  temporaryFolder,
  write,
} from "./testing/repository.ts";

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => remove(folder));

/** Runs the watch; each look happens after the next of `steps` was done. Answers all reports. */
async function watched(repository: ReturnType<typeof refOf>, branches: string[], steps: (() => void)[]) {
  const ending = new AbortController();
  const reports: RefsReport[] = [];
  const said: string[] = [];
  let looks = 0;
  await watchRefs({
    client: {
      async watch() {
        const step = steps[looks++];
        if (!step) ending.abort();
        step?.();
        return { repositories: [{ repository, branches }], everyMs: 1 };
      },
      async refs(report) {
        reports.push(report);
      },
    },
    work: folder,
    redactor: redactor([]),
    ending: ending.signal,
    say: (line) => said.push(line),
  });
  return { reports, said };
}
const nothing = () => {};

test("heads, config and uncommitted changes are reported when they change, and only then", async () => {
  const { ref, path, base } = makeRepository(folder, "working", {
    "a.txt": "a\n",
    ".tamma.yml": "slots: 3\n",
  });
  const index = () => readFileSync(join(path, ".git/index"));
  const before = index();
  let moved = "";
  const { reports } = await watched(
    ref,
    ["tamma/1"],
    [
      nothing,
      nothing,
      () => git(path, "branch", "tamma/1"),
      () => write(path, { "a.txt": "typing\n" }),
      nothing,
      () => {
        expect(index()).toEqual(before);
        git(path, "checkout", "--quiet", "a.txt");
        write(path, { ".tamma.yml": "slots: 1\nspeed: fast\n" });
        moved = commitAll(path, "config");
      },
    ],
  );
  expect(reports).toHaveLength(4);
  expect(reports[0]).toMatchObject({
    connection: "local",
    repository: "repo",
    heads: { main: base, "tamma/1": null },
    config: { slots: 3 },
    configError: null,
    dirty: [],
  });
  expect(reports[1]?.heads).toEqual({ main: base, "tamma/1": base });
  expect(reports[2]?.dirty).toEqual(["a.txt"]);
  expect(reports[3]).toMatchObject({ heads: { main: moved }, config: null, dirty: [] });
  expect(reports[3]?.configError).toMatch(/line 2: speed: unknown field/);
});

test("a bare repository without config is reported as such", async () => {
  const { ref, base } = makeRepository(folder, "bare");
  const { reports } = await watched(ref, [], [nothing]);
  expect(reports).toMatchObject([{ heads: { main: base }, config: null, configError: null, dirty: [] }]);
});

test("a repository that cannot be read is complained about once and does not stop the others", async () => {
  const { reports, said } = await watched(refOf(join(folder, "nowhere")), [], [nothing, nothing, nothing]);
  expect(reports).toEqual([]);
  expect(said).toHaveLength(1);
  expect(said[0]).toContain("cannot look at repo");
});
