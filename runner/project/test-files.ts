import { matchesGlob } from "node:path";

/** Folders whose files are tests or belong to them (fixtures, helpers) in every language that we meet. */
const testFolders = new Set(["test", "tests", "__tests__", "spec", "specs", "testing", "e2e", "__mocks__"]);
/** Names of test files by the habits of the ecosystems. */
const testNames = [
  /\.(test|spec)\.[a-z0-9]+$/i,
  /_test\.(go|py|rb|exs?|dart|cc|cpp|c)$/,
  /^test_.*\.py$/,
  /^conftest\.py$/,
  /_spec\.rb$/,
  /(Test|Tests|TestCase|IT)\.(java|kt|cs|php|scala)$/,
  /^test\.(js|cjs|mjs|ts|cts|mts)$/,
];
/** What a test runner can be given; the rest of a test folder is data or support. */
const runnable = /\.(c|m)?(j|t)sx?$|\.(py|go|rb|rs|java|kt|cs|php|exs?|dart|cc|cpp|c|scala|sh|bats)$/i;

/**
 * Is `path` (relative, `/`) a test file or its support? `globs` from `.tamma.yml` replace the usual names.
 */
export function isTestFile(path: string, globs: readonly string[] | null = null): boolean {
  if (globs) return globs.some((glob) => matchesGlob(path, glob));
  const parts = path.split("/");
  const name = parts.pop() ?? "";
  return testNames.some((shape) => shape.test(name)) || parts.some((part) => testFolders.has(part));
}

/**
 * Does `path` hold tests that a runner can be pointed at? A helper or fixture in a test folder is a test
 * file for
 * the lock, but running it alone proves nothing.
 */
export function isRunnableTest(path: string, globs: readonly string[] | null = null): boolean {
  if (!isTestFile(path, globs) || !runnable.test(path)) return false;
  const name = path.split("/").pop() ?? "";
  if (globs || testNames.some((shape) => shape.test(name))) return name !== "conftest.py";
  return (
    !/(^|\/)(__mocks__|fixtures?|helpers?|support)(\/|$)/i.test(path) &&
    !/helpers?\.|fixtures?\.|setup\./i.test(name)
  );
}
