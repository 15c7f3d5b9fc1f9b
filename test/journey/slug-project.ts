import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { IssueScriptInput } from "../../server/sample/script.ts";
import { startEngineer } from "../sample/start-engineer.ts";
import { calcScript, git } from "./calc.ts";
import { type Desk, openDesk, type Run } from "./npm-start.ts";
import { projectNode, root } from "./processes.ts";

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
function writeProject(project: string): void {
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

/** A repository of one's own on a desk, and a server that speaks the Messages API. */
export interface OwnRepository extends AsyncDisposable {
  readonly desk: Desk;
  readonly project: string;
  /** `npm start --yes --once` on the issue with this title. */
  start(title: string): Promise<Run>;
}

/** `key`: what the server asks for. */
export async function openOwnRepository(key: string): Promise<OwnRepository> {
  const desk = openDesk();
  const project = join(desk.folder, "slug");
  // Not on the desk: the engineer is ours and outlives each start.
  const besides = mkdtempSync(join(tmpdir(), "tamma-engineer-"));
  writeProject(project);
  const issues = [shorten, remove].flatMap((changes) => calcScript(changes).issues);
  const engineer = await startEngineer({
    script: { input: { issues }, file: join(besides, "script.json") },
    key,
  });
  return {
    desk,
    project,
    start: (title) =>
      desk.run(["--repo", project, "--issue", title, "--yes", "--once"], {
        ANTHROPIC_BASE_URL: engineer.url,
        ANTHROPIC_API_KEY: key,
        // The project's test runner is the one that lies here; a project of one's own installs it.
        TAMMA_SHOW: join(root, "node_modules"),
      }),
    async [Symbol.asyncDispose]() {
      await engineer[Symbol.asyncDispose]();
      await desk[Symbol.asyncDispose]();
      rmSync(besides, { recursive: true, force: true });
    },
  };
}
