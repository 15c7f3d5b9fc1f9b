import { checks } from "../check/checks.ts";
import { trackedFiles } from "../check/tracked-files.ts";
import { ensureBubblewrap } from "./bubblewrap.ts";
import { findChromium } from "./chromium.ts";
import { ensureSshServer } from "./ssh-server.ts";
import { sum, type Tally } from "./tally.ts";
import { coverageOfAllParts, vitestPart } from "./vitest-part.ts";

/** One part of `npm test`. `files` are its tests; a part without any is not listed. */
export type Part = { name: string; files: readonly string[]; run: (root: string) => Promise<Tally> };

/**
 * Which test file belongs to which project. vitest.config.ts says the same with globs; a file that vitest
 * does not run although it is named here fails, and test/tidy finds a file that is named nowhere.
 */
export const testFiles = {
  tidy: /^test\/(tidy|docs)\/.*\.test\.ts$/,
  unit: /^(core|workers|scripts|bench)\/.*\.test\.tsx?$/,
  hosts: /^(runner|cli|server)\/.*\.test\.ts$/,
  contracts: /^test\/(contracts|forge|golden)\/.*\.test\.ts$/,
  workerd: /^test\/workerd\/.*\.test\.ts$/,
  simulation: /^test\/(simulation|bugs)\/.*\.test\.ts$/,
  journey: /^test\/(journey|hostile)\/.*\.test\.ts$/,
  browser: /^test\/browser\/.*\.test\.ts$/,
} as const;

type Project = keyof typeof testFiles;

/** These run inside the instrumented process or workerd; journeys start processes of their own. */
const covered: readonly Project[] = ["unit", "hosts", "contracts", "workerd"];

/** These run commands of projects behind the walls that this machine allows, and git over ssh. */
const walled: readonly Project[] = ["hosts", "journey"];

/** Takes minutes, or downloads: only `npm run test:all` runs it. */
const longTest = /\.long\.test\.ts$/;

/** All parts in the order in which they run: what is fast and likely to fail comes first. */
export function listParts(root: string, withLong: boolean): Part[] {
  const tracked = trackedFiles(root)
    .filter((file) => !/(^|\/)fixtures\/|^server\/sample\/repository\//.test(file))
    .filter((file) => withLong || !longTest.test(file));
  const filesOf = (project: Project) => tracked.filter((file) => testFiles[project].test(file));
  const part = (project: Project): Part => {
    const files = filesOf(project);
    const coverage = covered.includes(project);
    const run = (root: string) => {
      if (walled.includes(project)) {
        ensureBubblewrap();
        ensureSshServer();
      }
      return vitestPart({ root, project, files, coverage });
    };
    return { name: project, files, run };
  };
  const check: Part = { name: "check", files: ["."], run: async (root) => runChecks(root, filesOf("tidy")) };
  const browser: Part = {
    name: "browser",
    files: filesOf("browser"),
    run: (root) => runBrowser(root, filesOf("browser")),
  };
  const parts = [check, ...covered.map(part), part("simulation"), part("journey"), browser];
  return parts.filter((one) => one.files.length > 0);
}

/** Comes after the parts it adds up, and only when all of them ran. */
export const coverage: Part = { name: "coverage", files: covered, run: coverageOfAllParts };

/** Whether `parts` hold everything that the thresholds are about. */
export function coversAll(chosen: readonly Part[], all: readonly Part[]): boolean {
  return all.every((part) => !covered.some((name) => name === part.name) || chosen.includes(part));
}

async function runChecks(root: string, tidyFiles: readonly string[]): Promise<Tally> {
  const tallies: Tally[] = [];
  for (const check of checks) {
    const started = Date.now();
    const { name, ok, output, seen } = check(root);
    process.stdout.write(
      `${ok ? "✓" : "✗"} ${name}: ${seen} files, ${Date.now() - started} ms\n${ok ? "" : output}`,
    );
    tallies.push({ passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 });
  }
  if (tidyFiles.length > 0) {
    tallies.push(await vitestPart({ root, project: "tidy", files: tidyFiles, coverage: false }));
  }
  return sum(tallies);
}

async function runBrowser(root: string, files: readonly string[]): Promise<Tally> {
  const chromium = findChromium();
  if (chromium.path === null) {
    process.stdout.write(`browser: skipped ${files.length} files: ${chromium.reason}\n`);
    return { passed: 0, failed: 0, skipped: files.length };
  }
  return vitestPart({
    root,
    project: "browser",
    files,
    coverage: false,
    env: { TAMMA_CHROMIUM: chromium.path },
  });
}
