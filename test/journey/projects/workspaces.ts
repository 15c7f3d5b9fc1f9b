import { execFileSync } from "node:child_process";
import { files, type RunnerProject } from "./project.ts";

const pnpmVersion = "10.34.8";
const yarnVersion = "4.18.1";

const core = `exports.add = (a, b) => a + b;\n`;
const green = [{ path: "packages/core/index.js", content: `${core}exports.multiply = (a, b) => a * b;\n` }];
const issue = "Multiply in core";
const merged: RunnerProject["merged"] = ["packages/core/index.js", "exports.multiply"];
const app = `const { add } = require("@calc/core");\nexports.twice = (a) => add(a, a);\n`;

const pnpm: RunnerProject = {
  name: "a pnpm workspace: one package with mocha, one with node:test",
  write(folder) {
    files(folder, {
      "package.json": {
        ...{ name: "calc", private: true, packageManager: `pnpm@${pnpmVersion}` },
        scripts: { test: "pnpm --recursive run test" },
      },
      "pnpm-workspace.yaml": "packages:\n  - packages/*\n",
      ".gitignore": "node_modules/\n",
      "packages/core/package.json": {
        ...{ name: "@calc/core", version: "1.0.0", main: "index.js" },
        scripts: { test: "mocha" },
        devDependencies: { mocha: "12.0.3" },
      },
      "packages/core/index.js": core,
      "packages/core/test/add.spec.js": `const assert = require("node:assert");
const { add } = require("..");
it("adds", () => assert.equal(add(1, 2), 3));
`,
      "packages/app/package.json": {
        ...{ name: "@calc/app", version: "1.0.0", main: "index.js" },
        scripts: { test: "node --test" },
        dependencies: { "@calc/core": "workspace:*" },
      },
      "packages/app/index.js": app,
      "packages/app/test/twice.test.js": `const assert = require("node:assert");
const { test } = require("node:test");
const { twice } = require("..");
test("doubles", () => assert.equal(twice(2), 4));
`,
    });
    execFileSync("npx", ["--yes", `pnpm@${pnpmVersion}`, "install", "--lockfile-only"], { cwd: folder });
  },
  ...{ issue, green, merged, counts: { red: 1, suite: 3 } },
  red: [
    {
      path: "packages/core/test/multiply.spec.js",
      content: `const assert = require("node:assert");
const { multiply } = require("..");
it("multiplies", () => assert.equal(multiply(3, 4), 12));
`,
    },
  ],
};

const yarn: RunnerProject = {
  name: "a yarn workspace with Plug'n'Play: one package with tape, one with jest",
  write(folder) {
    files(folder, {
      "package.json": {
        ...{ name: "calc", private: true, packageManager: `yarn@${yarnVersion}`, workspaces: ["packages/*"] },
        scripts: { test: "yarn workspaces foreach --all --exclude calc run test" },
      },
      ".yarnrc.yml": "enableGlobalCache: false\n",
      ".gitignore": "node_modules/\n.yarn/\n.pnp.*\n",
      "packages/core/package.json": {
        ...{ name: "@calc/core", version: "1.0.0", main: "index.js" },
        scripts: { test: "tape 'test/*.js'" },
        devDependencies: { tape: "5.10.2" },
      },
      "packages/core/index.js": core,
      "packages/core/test/add.js": `const test = require("tape");
const { add } = require("..");
test("adds", (t) => { t.equal(add(1, 2), 3); t.end(); });
`,
      "packages/app/package.json": {
        ...{ name: "@calc/app", version: "1.0.0", main: "index.js" },
        scripts: { test: "jest" },
        dependencies: { "@calc/core": "workspace:*" },
        devDependencies: { jest: "30.5.2" },
      },
      "packages/app/index.js": app,
      "packages/app/test/twice.test.js": `const { twice } = require("..");
test("doubles", () => { expect(twice(2)).toBe(4); });
`,
    });
    const yarnOf = ["--yes", `@yarnpkg/cli-dist@${yarnVersion}`, "install", "--mode=update-lockfile"];
    execFileSync("npx", yarnOf, {
      cwd: folder,
      env: { ...process.env, YARN_ENABLE_IMMUTABLE_INSTALLS: "false" },
    });
  },
  ...{ issue, green, merged, counts: { red: 1, suite: 3 } },
  red: [
    {
      path: "packages/core/test/multiply.js",
      content: `const test = require("tape");
const { multiply } = require("..");
test("multiplies", (t) => { t.equal(multiply(3, 4), 12); t.end(); });
`,
    },
  ],
};

export const workspaceProjects = [pnpm, yarn];
