import type { PatchFile, Weakening } from "@tamma/core/domain/loop/evidence.ts";
import type { LockedTest } from "@tamma/core/domain/loop/jobs.ts";
import { commentFree, isJavaScript } from "./comment-free.ts";
import type { ReadFile } from "./diff-classifier.ts";

export interface TestLockInput {
  files: readonly PatchFile[];
  before: ReadFile;
  after: ReadFile;
  isTestFile: (path: string) => boolean;
  locked: readonly LockedTest[];
  /** SHA-256 of a file's bytes after the change; null when it is gone. */
  sha256: (path: string) => Promise<string | null>;
}

/** Files that decide how the change is judged, by what they set. */
const settings: readonly [RegExp, string][] = [
  [/^\.(github|gitea|forgejo)\/(workflows|actions)\//, "CI"],
  [
    /^(\.gitlab-ci\.ya?ml|\.gitlab\/ci\/|bitbucket-pipelines\.yml|azure-pipelines\.ya?ml|Jenkinsfile|\.ci\/)/,
    "CI",
  ],
  [/^(\.circleci|\.buildkite|\.woodpecker)(\/|\.ya?ml)|^\.(travis|drone|woodpecker)\.ya?ml$/, "CI"],
  [/^\.tamma\.ya?ml$/, "Tamma's commands"],
  [/(^|\/)(eslint\.config\.\w+|\.eslintrc(\.\w+)?|\.eslintignore|biome\.jsonc?|\.oxlintrc\.json)$/, "lint"],
  [
    /(^|\/)(\.golangci\.ya?ml|\.?ruff\.toml|\.flake8|\.pylintrc|mypy\.ini|\.rubocop\.yml|clippy\.toml)$/,
    "lint",
  ],
  [
    /(^|\/)(\.stylelintrc(\.\w+)?|\.prettierrc(\.\w+)?|\.prettierignore|phpstan\.neon|checkstyle\.xml)$/,
    "lint",
  ],
  [/(^|\/)(\.nycrc(\.\w+)?|\.c8rc(\.\w+)?|\.?codecov\.ya?ml|\.coveragerc)$/, "coverage"],
  [/(^|\/)(jest|vitest|vite|ava|karma|playwright|cypress|wdio|web-test-runner)\.config\.\w+$/, "test"],
  [/(^|\/)(\.mocharc(\.\w+)?|\.taprc|vitest\.(workspace|projects)\.\w+)$/, "test"],
  [/(^|\/)(pytest\.ini|tox\.ini|noxfile\.py|phpunit\.xml(\.dist)?)$/, "test"],
  [/(^|\/)tsconfig(\.[\w-]+)?\.json$/, "compiler"],
];

const skips = [
  /\b(?:describe|it|test|suite|context)\.(?:skip|todo|fails|failing)\b/g,
  /\bt\.(?:skip|todo)\b/g,
  /\b(?:xit|xdescribe|xtest|xcontext)\s*\(/g,
  /\b(?:skip|todo)\s*:\s*(?!false)/g,
  /\bthis\.skip\(|\bt\.Skip(?:Now|f)?\(/g,
  /@(?:Ignore|Disabled)\b|#\[ignore/g,
  /@?(?:pytest\.mark\.|unittest\.)(?:skip\w*|xfail|expectedFailure)|\bpytest\.skip\(/g,
];
const only = [/\b(?:describe|it|test|suite)\.only\b/g, /\b(?:fit|fdescribe)\s*\(/g, /\bonly\s*:\s*true/g];
const assertions = [
  /\bassert\w*\s*[.!(]/g,
  /^\s*assert\s/gm,
  /\bself\.assert\w+/g,
  /\bexpect\w*\s*\(/g,
  /\bt\.(?:is|not|true|false|truthy|falsy|deepEqual|like|equal|same|ok|notOk)\s*\(/g,
  /\bt\.(?:error|throws|rejects|regex|Error\w*|Fatal\w*)\s*\(/g,
  /\.should\b/g,
];
const tests = [
  /\b(?:it|test)(?:\.\w+)*\s*\(/g,
  /^\s*(?:async )?def test_/gm,
  /^func Test/gm,
  /@Test\b|#\[test\]/g,
];
const switchedOff = [
  /eslint-disable|biome-ignore|oxlint-disable|tslint:disable/g,
  /@ts-(?:ignore|nocheck|expect-error)/g,
  /(?:istanbul|c8|v8) ignore|pragma: no cover/g,
  /#\s*noqa|#\s*type: ignore|pylint: disable/g,
];

/**
 * Every way in which the change makes tests, or the rules that judge it, weaker; each in words for a
 * person.
 */
export async function weakeningsOf(input: TestLockInput): Promise<Weakening[]> {
  const found: Weakening[] = [];
  const say = (path: string, what: string) => found.push({ path, what });
  for (const { path, sha256 } of input.locked)
    if ((await input.sha256(path)) !== sha256) say(path, "changed after it was proven red");
  for (const file of input.files) {
    const kind = settings.find(([shape]) => shape.test(file.path))?.[1];
    if (kind) say(file.path, `${kind} settings ${file.status === "modified" ? "changed" : file.status}`);
    const before = file.status === "added" ? "" : ((await input.before(file.path)) ?? "");
    const after = file.status === "deleted" ? "" : ((await input.after(file.path)) ?? "");
    if (/(^|\/)package\.json$/.test(file.path))
      for (const what of packageChanges(before, after)) say(file.path, what);
    if (input.isTestFile(file.path))
      for (const what of testChanges(file, before, after)) say(file.path, what);
    const off = count(switchedOff, after) - count(switchedOff, before);
    if (off > 0)
      say(file.path, `${off} more ${off === 1 ? "comment switches" : "comments switch"} a check off`);
  }
  return found;
}

function testChanges(file: PatchFile, textBefore: string, textAfter: string): string[] {
  if (file.status === "deleted")
    return count(tests, textBefore) > 0 ? ["test file deleted"] : ["test support deleted"];
  const before = code(file.path, textBefore);
  const after = code(file.path, textAfter);
  const found: string[] = [];
  const skipped = count(skips, after) - count(skips, before);
  if (skipped > 0) found.push(`${skipped} more ${skipped === 1 ? "test is" : "tests are"} skipped`);
  if (count(only, after) > count(only, before)) found.push("`only` keeps other tests from running");
  const gone = count(tests, before) - count(tests, after);
  if (gone > 0) found.push(`${gone} ${gone === 1 ? "test" : "tests"} removed`);
  const fewer = count(assertions, before) - count(assertions, after);
  if (fewer > 0) found.push(`${fewer} fewer ${fewer === 1 ? "assertion" : "assertions"}`);
  return found;
}

/** Does the text of a test file declare tests, in any of the known ways? */
export function declaresTests(text: string): boolean {
  return count(tests, text) > 0;
}

/** An assertion that is commented out asserts nothing. */
function code(path: string, text: string): string {
  if (isJavaScript(path)) return commentFree(path, text) ?? text;
  return text.replace(/^\s*(#(?!\[)|\/\/).*$/gm, "");
}

function count(shapes: readonly RegExp[], text: string): number {
  return shapes.reduce((sum, shape) => sum + (text.match(shape)?.length ?? 0), 0);
}

const judgingScripts = /^(pre|post)?(test|lint|build|check|ci|coverage|typecheck)(:.*)?$/;
/** npm runs these by itself, on every machine that installs the package. */
const unasked = /^(pre|post)?(install|prepare|pack|publish)$|^prepublishOnly$|^dependencies$/;
const judgingKeys = ["jest", "nyc", "c8", "mocha", "ava", "vitest", "tap", "eslintConfig", "lint-staged"];

function packageChanges(before: string, after: string): string[] {
  const [old, now] = [record(before), record(after)];
  const found: string[] = [];
  const [oldScripts, newScripts] = [record(old.scripts), record(now.scripts)];
  for (const name of Object.keys({ ...oldScripts, ...newScripts }))
    if (oldScripts[name] !== newScripts[name]) {
      const change = name in newScripts ? (name in oldScripts ? "changed" : "added") : "removed";
      // A new `test:fast` judges nothing yet; a new `pretest` runs before what was there.
      const around = name.replace(/^(pre|post)/, "");
      const judges = judgingScripts.test(name) && (name in oldScripts || around in oldScripts);
      if (judges) found.push(`script \`${name}\` ${change}`);
      else if (unasked.test(name) && change !== "removed")
        found.push(`script \`${name}\` ${change}: npm runs it by itself wherever this is installed`);
    }
  for (const key of judgingKeys)
    if (JSON.stringify(old[key]) !== JSON.stringify(now[key])) found.push(`settings of \`${key}\` changed`);
  return found;
}

function record(value: unknown): Record<string, unknown> {
  try {
    const read: unknown = typeof value === "string" ? JSON.parse(value) : value;
    return typeof read === "object" && read !== null ? (read as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
