import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { complete, type ProjectRun } from "../project/outcomes.ts";
import { collect, openReportFolder } from "../project/reports/report-folder.ts";
import type { SuiteRun } from "../project/suite.ts";
import { write } from "./repository.ts";

/** What one run of a test runner left: enough to read it again without the runner. */
export interface Recorded {
  exitCode: number;
  output: string;
  /** The files of the report folder by name. */
  reports: Record<string, string>;
}

/** The workspace's path is the recording machine's own; in a recording this stands for it. */
const root = "/project";
/** Of the output only the end is read. */
const outputCharsMax = 4_000;

/** Records what `run` leaves in a report folder of `workspace`. */
export async function record(
  workspace: string,
  run: (nodeOptions: string) => Promise<ProjectRun>,
): Promise<Recorded> {
  const folder = await openReportFolder(workspace);
  if (folder === null) throw new Error(`${workspace} has no node_modules of its own`);
  try {
    const { output, result } = await run(folder.nodeOptions(undefined, { reporters: 0, destinations: 0 }));
    const plain = (text: string) => withoutMachine(text, workspace);
    const names = readdirSync(folder.path).filter(
      (name) => !name.endsWith(".cjs") && !name.endsWith(".ended"),
    );
    const reports = names
      .sort()
      .map((name) => [name.replace(/^\d+-\d+/, "run"), plain(readFileSync(join(folder.path, name), "utf8"))]);
    return {
      exitCode: result.exitCode,
      output: plain(output).slice(-outputCharsMax),
      reports: Object.fromEntries(reports.map(([name, text]) => [name, shortened(text ?? "")])),
    };
  } finally {
    await folder.remove();
  }
}

function withoutMachine(text: string, workspace: string): string {
  const shape = workspace.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  // YAML breaks long lines at blanks, also inside of a path.
  const paths = [shape.replaceAll(" ", "\\s+"), shape.replaceAll(" ", "%20")];
  return text
    .replace(new RegExp(paths.join("|"), "g"), root)
    .replace(/\.tamma-report-\w+/g, "report")
    .replace(/(?:\/[\w .%-]+)+\/bin\/node\b/g, "node");
}

/** jest tells every failure twice, once in parts. */
function shortened(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), (key, value: unknown) => (key === "failureDetails" ? [] : value));
  } catch {
    return text;
  }
}

/** The test files of `dialects.ts`: some titles can only be matched with files that are there. */
const testFiles = ["test/math.test.js", "test/other.test.js", "test/bad.test.js"];

/**
 * Reads a recording as a run of the suite is read. `file`: the only test file that ran, if it was one;
 * `name`: of the folder where it is said to have run, which is the answer's `workspace`.
 */
export async function replay(
  recorded: Recorded,
  file: string | null,
  name = "workspace",
): Promise<SuiteRun & { workspace: string }> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "tamma-replay-")));
  const workspace = join(folder, name);
  const moved = (text: string) => text.replaceAll(root, workspace);
  const { exitCode } = recorded;
  const output = moved(recorded.output);
  try {
    const there = file === null ? testFiles : [file];
    write(workspace, Object.fromEntries(there.map((path) => [path, ""])));
    for (const [path, text] of Object.entries(recorded.reports))
      writeFileSync(join(folder, path), moved(text));
    const collected = await collect(folder, workspace);
    const result = { argv: [], exitCode, stdout: output, stderr: "", ms: 0, ended: "exit" as const };
    const run = { line: "npm test", result, output, passed: exitCode === 0 };
    const tests = complete(run, collected.tests, collected, false).map((test) =>
      test.file === null && file !== null ? { ...test, file, id: `${file} > ${test.id}` } : test,
    );
    const failed = tests.filter((test) => test.outcome === "failed");
    return { ...run, tests, failed, passed: failed.length === 0, workspace };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
