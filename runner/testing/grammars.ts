/** How one test runner's tests are written; each function gives lines of a module. */
export interface Grammar {
  head: string;
  /** What a test may print: `tap` takes what looks like TAP for a result of the test. */
  noise?: string;
  /** The same for a CommonJS file; null where there are none. */
  commonHead: string | null;
  test(title: string, body: string): string;
  only(title: string, body: string): string;
  /** One that is skipped and one that is still to be written, named "skipped" and "to do". */
  skipped: string;
  suite(title: string, inner: string): string;
  equal(actual: string, expected: string): string;
  /** A hook that fails before the test "behind the hook". */
  hook: string;
  /** A test named "never ends" with a time-out of its own that is short. */
  slow: string;
  /** A test that compares `value` with its snapshot; null where the runner has none. */
  snapshot: ((value: string) => string) | null;
}

const described = {
  test: (title: string, body: string) => `it(${JSON.stringify(title)}, async () => { ${body} });`,
  only: (title: string, body: string) => `it.only(${JSON.stringify(title)}, async () => { ${body} });`,
  suite: (title: string, inner: string) => `describe(${JSON.stringify(title)}, () => { ${inner} });`,
};
const assert = 'import assert from "node:assert/strict";';
const assertCommon = 'const assert = require("node:assert/strict");';
/** A suite whose hook, by the name `before`, fails. */
const hooked = (before: string) =>
  `describe("hooked", () => {
  ${before}(() => { throw new Error("hook broke"); });
  it("behind the hook", () => {});
});`;
const never = "new Promise((resolve) => setTimeout(resolve, 100_000).unref())";
const waits = "new Promise((resolve) => setTimeout(resolve, 5_000))";

const withExpect = {
  ...described,
  skipped: 'it.skip("skipped", () => {}); it.todo("to do");',
  equal: (actual: string, expected: string) => `expect(${actual}).toBe(${expected});`,
  hook: hooked("beforeAll"),
  slow: `it("never ends", () => ${waits}, 300);`,
  snapshot: (value: string) => `it("is as before", () => { expect(${value}).toMatchSnapshot(); });`,
};

const withT = (end: string) => ({
  test: (title: string, body: string) => `test(${JSON.stringify(title)}, async (t) => { ${body}${end} });`,
  only: (title: string, body: string) =>
    `test.only(${JSON.stringify(title)}, async (t) => { ${body}${end} });`,
});

export const grammars: Record<string, Grammar> = {
  "node:test": {
    ...described,
    head: `import { before, describe, it } from "node:test"; ${assert}`,
    commonHead: `const { before, describe, it } = require("node:test"); ${assertCommon}`,
    skipped: 'it.skip("skipped", () => {}); it.todo("to do");',
    equal: (actual, expected) => `assert.equal(${actual}, ${expected});`,
    hook: hooked("before"),
    slow: `it("never ends", { timeout: 300 }, () => ${never});`,
    snapshot: (value) => `it("is as before", (t) => { t.assert.snapshot(${value}); });`,
  },
  vitest: {
    ...withExpect,
    head: 'import { beforeAll, describe, expect, it } from "vitest";',
    commonHead: null,
  },
  jest: {
    ...withExpect,
    head: 'import { beforeAll, describe, expect, it } from "@jest/globals";',
    commonHead: 'const { beforeAll, describe, expect, it } = require("@jest/globals");',
  },
  mocha: {
    ...described,
    head: assert,
    commonHead: assertCommon,
    skipped: 'it.skip("skipped", () => {}); it("to do");',
    equal: (actual, expected) => `assert.equal(${actual}, ${expected});`,
    hook: hooked("before"),
    slow: `it("never ends", function () { this.timeout(300); return ${never}; });`,
    snapshot: null,
  },
  ava: {
    ...withT(""),
    head: 'import test from "ava";',
    commonHead: 'const test = require("ava");',
    skipped: 'test.skip("skipped", (t) => t.pass()); test.todo("to do");',
    suite: (title, inner) => inner.replaceAll('test("', `test("${title} `),
    equal: (actual, expected) => `t.is(${actual}, ${expected});`,
    hook: 'test.before(() => { throw new Error("hook broke"); }); test("behind the hook", (t) => t.pass());',
    slow: `test("never ends", async (t) => { t.timeout(300); await ${waits}; });`,
    snapshot: (value) => `test("is as before", (t) => { t.snapshot(${value}); });`,
  },
  tap: {
    ...withT(""),
    only: (title, body) => `test(${JSON.stringify(title)}, { only: true }, async (t) => { ${body} });`,
    head: 'import { test } from "tap";',
    noise: 'console.log("some words");',
    commonHead: 'const { test } = require("tap");',
    skipped: `test("skipped", { skip: true }, async () => {});
test("to do", { todo: true }, async () => {});`,
    suite: (title, inner) =>
      `test(${JSON.stringify(title)}, async (s) => { ${inner.replaceAll("test(", "await s.test(")} });`,
    equal: (actual, expected) => `t.equal(${actual}, ${expected});`,
    hook: `test("hooked", async (t) => {
  t.before(() => { throw new Error("hook broke"); });
  t.test("behind the hook", async () => {});
});`,
    slow: `test("never ends", { timeout: 300 }, () => ${waits});`,
    snapshot: (value) => `test("is as before", async (t) => { t.matchSnapshot(${value}, "value"); });`,
  },
  tape: {
    ...withT(" t.end();"),
    head: 'import test from "tape";',
    commonHead: 'const test = require("tape");',
    skipped: `test.skip("skipped", (t) => t.end());
test("to do", { todo: true }, (t) => { t.equal(1, 2); t.end(); });`,
    suite: (title, inner) =>
      `test(${JSON.stringify(title)}, (s) => { ${inner.replaceAll("test(", "s.test(")} s.end(); });`,
    equal: (actual, expected) => `t.equal(${actual}, ${expected});`,
    hook: 'test("behind the hook", () => { throw new Error("hook broke"); });',
    slow: `test("never ends", { timeout: 300 }, () => { ${waits}; });`,
    snapshot: null,
  },
};
