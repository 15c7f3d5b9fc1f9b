import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { IssueScriptInput } from "../../server/sample/script.ts";
import { type RunningEngineer, startEngineer } from "../sample/start-engineer.ts";
import { calcScript, git } from "./calc.ts";
import { openDesk } from "./npm-start.ts";
import { projectNode, root } from "./processes.ts";

const key = "sk-any-server-0123456789";
const desk = openDesk();
const project = join(desk.folder, "slug");
/** Not on the desk: the engineer is ours and outlives each start. */
const besides = mkdtempSync(join(tmpdir(), "tamma-engineer-"));
let engineer: RunningEngineer;

const slug = `export function slug(text) {
  return text.trim().toLowerCase().split(/\\s+/).join("-");
}
`;
const oldSlug = `
/** @deprecated Use slug. */
export function oldSlug(text) {
  return slug(text);
}
`;
const firstTest = `import { slug } from "../src/slug.js";

test("words are joined by dashes", () => {
  expect(slug("Two Words")).toBe("two-words");
});
`;

/** A package with one public module, tested by vitest, which is no dependency of Tamma's own sample. */
function writeProject(): void {
  const vitest = `${projectNode} ${join(root, "node_modules/vitest/vitest.mjs")} run --globals`;
  const manifest = { name: "slug", version: "1.0.0", type: "module", exports: "./src/slug.js" };
  const files = {
    "package.json": JSON.stringify({ ...manifest, scripts: { test: vitest } }),
    "src/slug.js": `${slug}${oldSlug}`,
    "test/slug.test.js": firstTest,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
  git(project, "init", "--quiet", "--initial-branch=main");
  git(project, "add", "-A");
  git(project, "commit", "--quiet", "-m", "Begin");
}

const shorten: Partial<IssueScriptInput> = {
  title: "Cut long slugs",
  develop: {
    "1": {
      attempts: [
        {
          red: [
            {
              path: "test/cut.test.js",
              content: `import { slug } from "../src/slug.js";

test("a slug is cut at a dash", () => {
  expect(slug("one two three", 8)).toBe("one-two");
});
`,
            },
          ],
          green: [
            { path: "src/slug.js", old: "slug(text) {", new: "slug(text, max = Infinity) {" },
            {
              path: "src/slug.js",
              old: '  return text.trim().toLowerCase().split(/\\s+/).join("-");',
              new: `  const words = text.trim().toLowerCase().split(/\\s+/);
  while (words.length > 1 && words.join("-").length > max) words.pop();
  return words.join("-");`,
            },
          ],
        },
      ],
    },
  },
};

const remove: Partial<IssueScriptInput> = {
  title: "Remove oldSlug",
  develop: {
    "1": {
      attempts: [
        {
          red: [
            {
              path: "test/exports.test.js",
              content: `import * as api from "../src/slug.js";

test("there is one way to make a slug", () => {
  expect(Object.keys(api)).toEqual(["slug"]);
});
`,
            },
          ],
          green: [{ path: "src/slug.js", old: oldSlug, new: "" }],
        },
      ],
    },
  },
};

beforeAll(async () => {
  writeProject();
  const issues = [shorten, remove].flatMap((changes) => calcScript(changes).issues);
  engineer = await startEngineer({
    script: { input: { issues }, file: join(besides, "script.json") },
    key,
  });
});
afterAll(async () => {
  await engineer[Symbol.asyncDispose]();
  await desk[Symbol.asyncDispose]();
  rmSync(besides, { recursive: true, force: true });
});

const start = (title: string) =>
  desk.run(["--repo", project, "--issue", title, "--yes", "--once"], {
    ANTHROPIC_BASE_URL: engineer.url,
    ANTHROPIC_API_KEY: key,
    // The project's test runner is the one that lies here; a project of one's own installs it.
    TAMMA_SHOW: join(root, "node_modules"),
  });

describe("npm start on one's own repository, with any server that speaks the Messages API", () => {
  test("the change is proven by the project's own test runner and merged", async () => {
    const run = await start("Cut long slugs");
    expect(run.code, run.err).toBe(0);
    expect(run.out).toContain("because ANTHROPIC_BASE_URL is set");
    expect(run.out).toContain("merged: slug#1 Cut long slugs");
    expect(git(project, "show", "main:src/slug.js")).toContain("max = Infinity");
    // The working tree moved along.
    expect(git(project, "status", "--porcelain")).toBe("");
    expect(git(project, "branch", "--list")).toBe("* main");
    expect(`${run.out}${run.err}`).not.toContain(key);
    expect(desk.left()).toEqual([]);
  });

  test("a change that removes an export waits for a person, whatever --yes says", async () => {
    const before = git(project, "rev-parse", "main");
    const run = await start("Remove oldSlug");
    expect(run.code, run.err).toBe(3);
    expect(run.err).toMatch(/--yes does not answer: .*breaking/);
    expect(run.err).toContain("Merge this pull request?");
    expect(run.err).toMatch(/risk breaking: .*oldSlug/);
    expect(run.err).toMatch(/tamma .*approve 'plain-git/);
    expect(git(project, "rev-parse", "main")).toBe(before);
    expect(git(project, "status", "--porcelain")).toBe("");
    expect(desk.left()).toEqual([]);
  });
});
