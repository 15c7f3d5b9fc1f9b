import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readAssignments, readLog } from "../../test/ci/log.ts";
import { remove, temporaryFolder } from "../testing/repository.ts";
import { workflowLog } from "./workflow-commands.ts";

let folder: string;
let written = "";
beforeEach(() => {
  folder = temporaryFolder();
  written = "";
});
afterEach(() => remove(folder));

const opened = (env: Record<string, string> = {}) =>
  workflowLog({ GITHUB_ACTIONS: "true", ...env }, (text) => {
    written += text;
  });

test.each([
  "::error file=a.js::not ours",
  "  ::set-output name=status::merged",
  "\t::add-mask::e",
  "::stop-commands::pause",
  "ok\r::error::behind a carriage return",
  "a ##[error]in the old form",
  "::endgroup::\n::group::",
  "no end of line",
  "",
])("text of others is no command: %j", (text) => {
  const log = opened();
  log.group("job");
  log.foreign(text);
  log.endGroup();
  log.error("ours");
  const read = readLog(written);
  expect([read.faults, read.masks, read.groups]).toEqual([[], [], ["job"]]);
  expect(read.annotations.map(({ message }) => message)).toEqual(["ours"]);
});

test("whatever a text says, in whatever pieces, what follows is read as it was meant", () => {
  const nasty = fc.array(
    fc.constantFrom("::", "##[", "\n", "\r", " ", "error", "stop-commands", "x", "%0A", "\u2028"),
  );
  fc.assert(
    fc.property(fc.array(nasty), (pieces) => {
      written = "";
      const log = opened();
      for (const piece of pieces) log.foreign(piece.join(""));
      log.line(pieces.flat().join(""));
      log.error(pieces.flat().join(""), { title: pieces.flat().join(""), file: "a,b:c.js", line: 3 });
      const read = readLog(written);
      expect([read.faults, read.masks, read.groups]).toEqual([[], [], []]);
      expect(read.annotations).toHaveLength(1);
      expect(read.annotations[0]?.properties).toMatchObject({ file: "a,b:c.js", line: "3" });
    }),
  );
});

test("a secret of several lines is hidden line by line", () => {
  opened().mask("one\ntwo\n\n");
  expect(readLog(written).masks).toEqual(["one", "two"]);
});

test("only the first errors are shown beside the code: a platform drops more", () => {
  const log = opened();
  for (let n = 0; n < 30; n++) log.error(`error ${n}`);
  expect(readLog(written).annotations).toHaveLength(10);
});

test("outputs keep what they were, and cannot set others", () => {
  const file = join(folder, "output");
  writeFileSync(file, "");
  const log = opened({ GITHUB_OUTPUT: file });
  const values = { url: "https://a/b#1", status: "needs you\nurl=https://evil", "loop-id": "x<<EOF\ny\nEOF" };
  for (const [name, value] of Object.entries(values)) log.output(name, value);
  expect(readAssignments(readFileSync(file, "utf8"))).toEqual(values);
});

test("outside of CI it is plain lines, and no file is written", () => {
  const log = workflowLog({}, (text) => {
    written += text;
  });
  log.group("develop for #1");
  log.foreign("working\n");
  log.endGroup();
  log.mask("secret");
  log.output("status", "merged");
  log.error("wrong");
  expect(written).toBe("tamma-runner: develop for #1\nworking\ntamma-runner: error: wrong\n");
});
