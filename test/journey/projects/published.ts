import { published, type RunnerProject } from "./project.ts";

/**
 * Published packages whose own tests are in the package: their scripts stay, tools that need a browser go.
 */
export const publishedProjects: RunnerProject[] = [
  {
    name: "node:test and jest, behind c8 with full coverage (process-warning)",
    write: (folder) =>
      published(folder, "process-warning@5.1.1", (manifest) => {
        const { c8 = "", jest = "" } = manifest.devDependencies;
        manifest.devDependencies = { c8, jest };
        delete manifest.scripts.lint;
        manifest.scripts.test = "npm run test:unit && npm run test:jest";
      }),
    issue: "Say whether something is a warning",
    red: [
      {
        path: "test/is-warning.test.js",
        content: `'use strict'

const { test } = require('node:test')
const { createWarning, isWarning } = require('..')

test('a created warning is a warning', t => {
  t.assert.ok(isWarning(createWarning({ name: 'Some', code: 'CODE', message: 'words' })))
})

test('anything else is not', t => {
  t.assert.strictEqual(isWarning(() => {}), false)
  t.assert.strictEqual(isWarning(null), false)
})
`,
      },
    ],
    green: [
      {
        path: "index.js",
        old: "const out = { createWarning, createDeprecation, spyWarning }",
        new: `function isWarning (value) {
  return typeof value === 'function' && typeof value.code === 'string' && 'emitted' in value
}

const out = { createWarning, createDeprecation, spyWarning, isWarning }`,
      },
    ],
    counts: { red: 2, suite: 20 },
    merged: ["index.js", "isWarning"],
  },
  {
    name: "tape behind c8 with full coverage (secure-json-parse)",
    write: (folder) =>
      published(folder, "secure-json-parse@4.1.1", (manifest) => {
        const { c8 = "", tape = "" } = manifest.devDependencies;
        manifest.devDependencies = { c8, tape };
        delete manifest.scripts.lint;
        manifest.scripts.test = "c8 --all --include index.js --check-coverage --100 npm run test:unit";
      }),
    issue: "Say whether a text parses safely",
    red: [
      {
        path: "test/is-safe.test.js",
        content: `'use strict'

const test = require('tape')
const sjp = require('..')

test('isSafe', t => {
  t.test('plain text is safe', t => {
    t.equal(typeof sjp.isSafe, 'function')
    t.equal(sjp.isSafe('{"a": 1}'), true)
    t.end()
  })

  t.test('a prototype property is not', t => {
    t.equal(sjp.isSafe('{"__proto__": {}}'), false)
    t.end()
  })
})
`,
      },
    ],
    green: [
      {
        path: "index.js",
        old: "module.exports = parse\n",
        new: `/**
 * @param {string|Buffer} text - The JSON text.
 * @returns {boolean} Does it parse, without a property that reaches a prototype?
 */
function isSafe (text) {
  const result = safeParse(text)
  return result !== null && result !== undefined
}

module.exports = parse
module.exports.isSafe = isSafe
`,
      },
    ],
    counts: { red: 1, suite: 30 },
    merged: ["index.js", "isSafe"],
  },
  {
    name: "tap with its own coverage rule, behind a piped linter (on-exit-leak-free)",
    write: (folder) => published(folder, "on-exit-leak-free@2.1.2", () => {}),
    issue: "Count what is registered",
    red: [
      {
        path: "test/count.test.js",
        content: `'use strict'

const { test } = require('tap')
const { count, register, unregister } = require('..')

test('what is registered is counted', async (t) => {
  const obj = {}
  t.equal(count(), 0)
  register(obj, () => {})
  t.equal(count(), 1)
  unregister(obj)
  t.equal(count(), 0)
})
`,
      },
    ],
    green: [
      {
        path: "index.js",
        old: "module.exports = {\n  register,",
        new: `function count () {
  return refs.exit.length + refs.beforeExit.length
}

module.exports = {
  count,
  register,`,
      },
    ],
    counts: { red: 1, suite: 7 },
    merged: ["index.js", "function count ()"],
  },
];
