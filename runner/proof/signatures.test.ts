import type { PatchFile } from "@tamma/core/domain/loop/evidence.ts";
import { expect, test } from "vitest";
import { isTestFile } from "../project/test-files.ts";
import { signatureChanges } from "./signatures.ts";
import type { TreeFiles } from "./tree-files.ts";

type Side = Record<string, string>;

const tree = (side: Side): TreeFiles => ({
  text: async (path) => side[path] ?? null,
  bytes: async (path) => (side[path] === undefined ? null : Buffer.from(side[path])),
  sha256: async () => null,
  readAhead: async () => {},
  list: async () => Object.keys(side),
});

async function changes(before: Side, after: Side): Promise<string[]> {
  const paths = Object.keys({ ...before, ...after }).filter((path) => before[path] !== after[path]);
  const files = paths.map(
    (path): PatchFile => ({
      ...{
        path,
        status: "modified",
        modeBefore: "100644",
        modeAfter: "100644",
        binary: false,
        added: 1,
        removed: 1,
      },
    }),
  );
  const found = await signatureChanges(files, tree(before), tree(after), (path) => isTestFile(path));
  return found.map((one) => `${one.breaking ? "BREAKING " : ""}${one.change} ${one.detail}`);
}
const one = (before: string, after: string, path = "src/a.ts") =>
  changes({ [path]: before }, { [path]: after });

test("a required parameter breaks, an optional or renamed one does not", async () => {
  const before = "export function authenticate(user: string) {}";
  expect(await one(before, "export function authenticate(user: string, token: string) {}")).toEqual([
    "BREAKING changed signature of `authenticate()` changed: parameter `token` added",
  ]);
  expect(await one(before, "export function authenticate(user: string, token?: string) {}")).toEqual([
    "changed signature of `authenticate()` changed: parameter `token` added (optional)",
  ]);
  expect(await one(before, "export function authenticate(user: string, token = 'x') {}")).toEqual([
    "changed signature of `authenticate()` changed: parameter `token` added (optional)",
  ]);
  expect(await one(before, "export function authenticate(name: string) {}")).toEqual([
    "changed signature of `authenticate()` changed: parameter `user` renamed to `name`",
  ]);
  expect(await one(before, "export function authenticate(token?: string, user: string) {}")).toEqual([
    "BREAKING changed signature of `authenticate()` changed: parameter `token` added before others",
  ]);
  expect(await one(before, "export function authenticate() {}")).toEqual([
    "BREAKING changed signature of `authenticate()` changed: parameter `user` removed",
  ]);
});

test("types, return types, order and removed exports break; new exports do not", async () => {
  expect(
    await one("export const f = (a: number): string => ''", "export const f = (a: string): number => 1"),
  ).toEqual([
    "BREAKING changed signature of `f()` changed: type of parameter `a` changed from `number` to `string`; " +
      "return type changed from `string` to `number`",
  ]);
  expect(await one("export function f(a, b) {}", "export function f(b, a) {}", "src/a.js")).toEqual([
    "BREAKING changed signature of `f()` changed: order of parameters changed to b, a",
  ]);
  expect(await one("export const a = 1; export class B {}", "export const c = 1; class B {}")).toEqual([
    "BREAKING removed export `a` removed",
    "BREAKING removed export `B` removed",
    "added export `c` added",
  ]);
  expect(
    await one("export function f() { return 1 }", "/** Doc. */ export function f() { return 2; }"),
  ).toEqual([]);
});

test("members of classes and interfaces count, private ones do not", async () => {
  expect(
    await one(
      "export class A { #x = 1; private y = 2; go(a: number) {} }",
      "export class A { go(a: number, b: number) {} more() {} }",
    ),
  ).toEqual([
    "BREAKING changed signature of `A` changed: member `go`: parameter `b` added; member `more` added",
  ]);
  expect(
    await one("export interface I { a: string }", "export interface I { a: string; b?: number }"),
  ).toEqual(["changed signature of `I` changed: member `b` added"]);
  expect(
    await one("export interface I { a: string }", "export interface I { a: string; b: number }"),
  ).toEqual(["BREAKING changed signature of `I` changed: member `b` added"]);
  expect(await one("export type T = 'a' | 'b'", "export type T = 'a'")).toHaveLength(1);
});

test("CommonJS exports are followed in all their forms", async () => {
  const before =
    "function add(a, b) {}\nconst sub = (a) => a;\nmodule.exports = { add, sub, mul(a) {} };\n" +
    "module.exports.div = (a) => a;";
  const after = before
    .replace("add(a, b)", "add(a, b, c)")
    .replace("mul(a) {}", "mul(a, ...rest) {}")
    .replace(/\nmodule.exports.div.*/, "");
  expect(await one(before, after, "src/a.js")).toEqual([
    "BREAKING changed signature of `add()` changed: parameter `c` added",
    "changed signature of `mul()` changed: parameter `rest` added (optional)",
    "BREAKING removed export `div` removed",
  ]);
  expect(
    await one("module.exports = function (a) {}", "module.exports = function () {}", "src/a.js"),
  ).toEqual(["BREAKING changed signature of `module.exports()` changed: parameter `a` removed"]);
});

test("with entry points only what they export counts, through re-exports to the sources", async () => {
  const side = (inner: string, own: string) => ({
    "package.json": JSON.stringify({
      exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } },
    }),
    "src/index.ts":
      "export * from './inner.js';\nexport { hidden as shown } from './own.ts';\n" +
      "import { x } from './own.ts'; export { x };",
    "src/inner.ts": inner,
    "src/own.ts": own,
  });
  const before = side(
    "export function f(a: number) {}",
    "export function hidden() {} export function free(a) {} export const x = (a) => a;",
  );
  const after = side(
    "export function f() {}",
    "export function hidden(a) {} export function free() {} export const x = () => 1;",
  );
  expect(await changes(before, after)).toEqual([
    "BREAKING changed signature of `f()` changed: parameter `a` removed",
    "BREAKING changed signature of `shown()` changed: parameter `a` added",
    "BREAKING changed signature of `x()` changed: parameter `a` removed",
  ]);
});

test("an entry point that goes away breaks, and files that require each other end", async () => {
  const entry = (exports: object) => ({
    "package.json": JSON.stringify({ exports }),
    "a.js": "export * from './b.js'",
    "b.js": "export * from './a.js'",
  });
  expect(await changes(entry({ ".": "./a.js", "./b": "./b.js" }), entry({ ".": "./a.js" }))).toEqual([
    "BREAKING removed entry point `./b` removed",
  ]);
  expect(await changes({ "test/a.test.js": "exports.a = 1" }, { "test/a.test.js": "" })).toEqual([]);
});
