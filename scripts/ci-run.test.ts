import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";

/** Runs the real .ci/run with an npm that prints `says` and ends with `exit`. */
function ciRun(says: string[], exit: number) {
  const root = mkdtempSync(join(tmpdir(), "tamma-ci-"));
  mkdirSync(join(root, ".ci"));
  copyFileSync(join(import.meta.dirname, "../.ci/run"), join(root, ".ci/run"));
  writeFileSync(
    join(root, "npm"),
    `#!/bin/sh\n${says.map((line) => `echo "${line}"`).join("\n")}\nexit ${exit}\n`,
  );
  chmodSync(join(root, "npm"), 0o755);
  const env = { ...process.env, PATH: [root, process.env.PATH].join(delimiter) };
  const { stdout, status } = spawnSync("bash", [join(root, ".ci/run")], { encoding: "utf8", env });
  rmSync(root, { recursive: true });
  return { last: stdout.trimEnd().split("\n").at(-1), status };
}

test("the closing line comes last, whatever npm says after it", () => {
  const said = ["== unit ==", "12 passed, 1 failed, 0 skipped", "npm error code 1"];
  expect(ciRun(said, 1)).toEqual({ last: "12 passed, 1 failed, 0 skipped", status: 1 });
});

test("of several closing lines the last one counts", () => {
  const said = ["3 passed, 0 failed, 0 skipped", "12 passed, 0 failed, 2 skipped"];
  expect(ciRun(said, 0)).toEqual({ last: "12 passed, 0 failed, 2 skipped", status: 0 });
});

test("a run that counted nothing is a failure, even when npm says it was none", () => {
  expect(ciRun(["nothing here"], 0)).toEqual({ last: "0 passed, 1 failed, 0 skipped", status: 1 });
});
