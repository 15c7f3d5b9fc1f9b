import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isStale } from "./bundle.ts";

let root: string;
let bundle: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tamma-bundle-"));
  bundle = join(root, "dist/worker/index.js");
  write("workers/api/app.ts", 100);
  write("core/domain/a.ts", 100);
  write("dist/worker/index.js", 200);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, seconds: number) {
  const file = join(root, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, "");
  utimesSync(file, seconds, seconds);
}

test("a bundle younger than its sources is taken as it is", () => {
  expect(isStale(root, bundle)).toBe(false);
});

test("a changed source, however deep, makes the bundle old", () => {
  write("core/domain/a.ts", 300);
  expect(isStale(root, bundle)).toBe(true);
});

test("a changed test does not", () => {
  write("core/domain/a.test.ts", 300);
  write("workers/site/page.astro", 300);
  expect(isStale(root, bundle)).toBe(false);
});

test("without a bundle there is something to build", () => {
  rmSync(bundle);
  expect(isStale(root, bundle)).toBe(true);
});
