import { headAndTail, redact, testExcerpt } from "../project/excerpt.ts";
import { outputFingerprint, testFingerprint } from "../project/fingerprint.ts";
import { noTestCommand } from "../project/project.ts";
import { runLine, runSuite } from "../project/suite.ts";
import { removeInside } from "../workspace/inside.ts";
import { type Desk, type ToolAnswer, ToolRefused } from "./desk.ts";
import { confined, plainPath } from "./paths.ts";
import type { ToolInput } from "./tool-call.ts";

/** What one command may take of the conversation; head and tail are kept. */
const outputCharsMax = 6_000;

/** Snapshots are new files that a test runner writes for the repository. */
const wantedFile = /\.snap$|(^|\/)__snapshots__\//;

/**
 * Runs one of the project's commands in the sandbox and takes away the new files it left behind (build
 * results,
 * coverage): they are not the work. A command that fails is an error answer, not an exception.
 */
export async function runCommand(
  desk: Desk,
  command: ToolInput<"run">["command"],
  files: readonly string[],
): Promise<ToolAnswer> {
  const before = new Set(await unknownFiles(desk));
  const answer = await perform(desk, command, files);
  // A repository in the repository is listed as a folder.
  for (const path of await unknownFiles(desk))
    if (!before.has(path) && !wantedFile.test(path)) await removeInside(desk.root, path);
  return answer;
}

/** Files that git neither tracks nor ignores. */
async function unknownFiles({ workspace }: Desk): Promise<string[]> {
  const listed = await workspace.git(["ls-files", "-z", "--others", "--exclude-standard"]);
  return listed.split("\0").filter((path) => path !== "");
}

async function perform(
  desk: Desk,
  command: ToolInput<"run">["command"],
  files: readonly string[],
): Promise<ToolAnswer> {
  const { context, root, project } = desk;
  const where = { context, root, project };
  if (command === "build" || command === "lint") {
    const line = project[command];
    if (line === null) throw new ToolRefused(`This project has no ${command} command.`);
    const run = await runLine(where, line);
    const text = `exit code ${run.result.exitCode}\n${headAndTail(redact(run.output), outputCharsMax)}`;
    if (run.passed) return { text, isError: false };
    return { text, isError: true, fingerprint: outputFingerprint(command, run.output, root) };
  }
  if (project.test === null) throw new ToolRefused(noTestCommand);
  const wanted = files.map(plainPath);
  for (const file of wanted) await confined(root, file);
  if (command === "test-one" && wanted.length === 0)
    throw new ToolRefused("test-one needs `files`: the test files to run.");
  const run = await runSuite({ ...where, files: command === "test-one" ? wanted : [] });
  const passed = run.tests.filter((test) => test.outcome === "passed").length;
  const counts = `exit code ${run.result.exitCode}; ${passed} passed, ${run.failed.length} failed`;
  if (run.passed)
    return { text: `${counts}\n${headAndTail(redact(run.output), outputCharsMax / 4)}`, isError: false };
  const shown = `${counts}\n\n${testExcerpt(run.failed)}\n\nOutput:\n${run.output}`;
  const fingerprint = testFingerprint(run.failed, root);
  return { text: headAndTail(redact(shown), outputCharsMax), isError: true, fingerprint };
}
