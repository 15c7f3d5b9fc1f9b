import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Patch } from "@tamma/core/domain/loop/evidence.ts";
import { type JobResultOf, type JobSpecOf, VerifyResult } from "@tamma/core/domain/loop/jobs.ts";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { jobContext } from "../testing/context.ts";
import {
  commitAll,
  git,
  makeRepository,
  remove,
  type TestRepository,
  temporaryFolder,
  write,
} from "../testing/repository.ts";
import { cloneAt } from "../workspace/clone.ts";
import { patchOf } from "../workspace/patch.ts";
import { verifyJob } from "./verify.ts";

type Spec = JobSpecOf<"verify">;
type Done = Extract<JobResultOf<"verify">, { outcome: "done" }>;
type Content = Record<string, string | null>;

const header = 'const { test } = require("node:test");\nconst assert = require("node:assert");\n';
const testOf = (name: string, body: string) =>
  `${header}const math = require("../src/math.js");\ntest("${name}", () => { ${body} });\n`;
const source = "exports.add = (a, b) => a + b;\n";
/** Without npm in between a run takes a third of the time. */
const commands =
  "test: node --test --test-reporter=tap\n" +
  "test-one: node --test --test-reporter=tap {files}\ntest-report: tap\n";
const npmFiles = {
  "package.json": JSON.stringify({ scripts: { test: "node --test" } }),
  "src/math.js": source,
  "test/math.test.js": testOf("adds", "assert.equal(math.add(1, 2), 3); assert.equal(math.add(0, 0), 0);"),
};
const files = { ...npmFiles, ".tamma.yml": commands };
const good = {
  "src/math.js": `${source}exports.sub = (a, b) => a - b;\n`,
  "test/sub.test.js": testOf("subtracts", "assert.equal(math.sub(3, 2), 1);"),
};
const all: Spec["parts"] = ["red", "build", "green", "test", "scan"];

// Real git and real test runs, a dozen processes each, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

let folder: string;
let repository: TestRepository;
let blobs: Map<string, Uint8Array>;
beforeEach(() => {
  folder = temporaryFolder();
  repository = makeRepository(folder, "bare", files);
  blobs = new Map();
});
afterEach(() => remove(folder));

function start(content: Record<string, string>): void {
  const own = join(folder, `other ${readdirSync(folder).length}`);
  mkdirSync(own);
  repository = makeRepository(own, "bare", content);
}

async function patchFor(change: Content): Promise<Patch> {
  const context = jobContext(folder, repository.ref, blobs);
  const clone = await cloneAt(repository.ref.url, { sha: repository.base }, join(context.folder, "author"));
  write(clone.path, change);
  return await patchOf(clone, repository.base, { putBlob: context.putBlob });
}

async function verify(spec: Partial<Spec>) {
  const context = jobContext(folder, repository.ref, blobs);
  const seen: string[] = [];
  const full: Spec = {
    ...{ kind: "verify", base: repository.base, patch: null, head: null, parts: all, needsTests: true },
    ...{ lockedTests: [], protectedPaths: [], ...spec },
  };
  const result = VerifyResult.parse(
    await verifyJob(full, { ...context, progress: (part) => seen.push(part) }),
  );
  if (result.outcome !== "done") throw new Error(JSON.stringify(result));
  const gates = result.verdicts.map((one) => `${one.gate} ${one.outcome}`);
  return { result, gates, seen };
}
const verifyChange = async (change: Content, more: Partial<Spec> = {}) =>
  await verify({ patch: await patchFor(change), ...more });
const lastEvidence = ({ verdicts }: Done) => verdicts.at(-1)?.evidence;
const logOf = (result: Done, kind: string) => {
  const receipt = result.verdicts.flatMap((one) => one.receipts).find((one) => one.kind === kind);
  return Buffer.from(blobs.get(receipt?.log?.sha256 ?? "") ?? "").toString();
};

test("a proven change passes every gate in order, with receipts of tree, tests and hashes", async () => {
  start(npmFiles);
  const { result, gates, seen } = await verifyChange(good);
  expect(gates).toEqual(["implement passed", "build passed", "test passed", "scan passed"]);
  expect(seen).toEqual(all);
  const [red, green] = result.verdicts[0]?.receipts ?? [];
  expect(red).toMatchObject({
    kind: "red",
    base: repository.base,
    tests: [{ id: expect.stringMatching(/subtracts$/), outcome: "failed" }],
  });
  expect(red?.tree).not.toBe(result.tree);
  expect(green).toMatchObject({ kind: "green", tree: result.tree, tests: [{ outcome: "passed" }] });
  expect(red?.testFiles).toEqual(result.lockedTests);
  expect(result.lockedTests).toMatchObject([{ path: "test/sub.test.js" }]);
  expect(red?.tools.node).toMatch(/^\d+\./);
  expect(red?.tools.git).toMatch(/^\d+\./);
  expect(result.signatures).toMatchObject([{ name: "sub", change: "added", breaking: false }]);
  expect(result).toMatchObject({ weakened: [], scan: [], unproven: false, patch: null });
  expect(result.absentScanners.join()).toContain("code scan");
});

test("tests that pass on the base prove nothing, and no test at all neither", async () => {
  const guard = await verifyChange({ ...good, "test/sub.test.js": testOf("is there", "assert.ok(math);") });
  expect(guard.gates).toEqual(["implement failed"]);
  expect(lastEvidence(guard.result)?.fingerprint).toBe("red:passes-at-once");
  expect(guard.result.lockedTests).toEqual([]);
  const none = await verifyChange({ "src/math.js": good["src/math.js"] });
  expect(lastEvidence(none.result)?.fingerprint).toBe("red:no-tests");
  const broken = await verifyChange({ ...good, "test/sub.test.js": "const x = ;\n" });
  expect(lastEvidence(broken.result)?.fingerprint).toBe("red:syntax-error");
});

test("a guard beside a proven test is let pass, but is not locked", async () => {
  const guard = testOf("still adds", "assert.equal(math.add(2, 2), 4);");
  const { result, gates } = await verifyChange({ ...good, "test/guard.test.js": guard });
  expect(gates[0]).toBe("implement passed");
  expect(result.lockedTests.map((one) => one.path)).toEqual(["test/sub.test.js"]);
});

test("a failing build is told after implement, and a failing green before it", async () => {
  start({
    ...files,
    "package.json": JSON.stringify({ scripts: { test: "node --test", build: "node build.js" } }),
    "build.js": "",
  });
  const broken = "console.error('src/math.js: error E1234');\nprocess.exit(3);\n";
  const build = await verifyChange({ ...good, "build.js": broken });
  expect(build.gates).toEqual(["implement passed", "build failed"]);
  expect(build.result.verdicts[0]?.receipts.map((one) => one.kind)).toEqual(["red", "green"]);
  expect(lastEvidence(build.result)).toMatchObject({ fingerprint: "build:E1234@src/math.js" });
  const green = await verifyChange({ ...good, "src/math.js": source, "build.js": broken });
  expect(green.gates).toEqual(["implement failed"]);
  expect(lastEvidence(green.result)?.summary).toContain("1 new tests fail: test/sub.test.js > subtracts");
});

test("a test that the change breaks fails the suite; one that fails on the base too does not", async () => {
  const broken = await verifyChange({
    ...good,
    "src/math.js": "exports.add = () => 3;\nexports.sub = () => 1;\n",
  });
  expect(broken.gates).toEqual(["implement passed", "build passed", "test failed"]);
  expect(lastEvidence(broken.result)?.excerpt).toContain("adds");
  start({ ...files, "test/old.test.js": testOf("was broken", "assert.equal(math.add(1, 1), 3);") });
  const { result, gates } = await verifyChange(good);
  expect(gates[2]).toBe("test passed");
  expect(logOf(result, "test")).toContain("fails on the base too: test/old.test.js > was broken");
});

test("a test that passes when it is run again is named flaky and lets the gate pass", async () => {
  const once = `${header}const fs = require("node:fs");
test("sometimes", () => {
  const mark = process.env.HOME + "/seen";
  const before = fs.existsSync(mark) ? Number(fs.readFileSync(mark, "utf8")) : 0;
  fs.writeFileSync(mark, String(before + 1));
  assert.notEqual(before, 0);
});
`;
  start({ ...files, "test/flaky.test.js": once });
  const { result, gates } = await verifyChange(good);
  expect(gates[2]).toBe("test passed");
  expect(result.verdicts[2]?.evidence).toMatchObject({ fingerprint: expect.stringMatching(/^flaky:/) });
  expect(logOf(result, "test")).toContain("flaky: test/flaky.test.js > sometimes");
});

test("a secret in the change fails the scan without being shown; protected paths are told", async () => {
  const secret = `ghp_${"a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"}`;
  const change = {
    ...good,
    "src/key.js": `exports.key = "${secret}";\n`,
    ".github/workflows/x.yml": "on: push\n",
  };
  const { result, gates } = await verifyChange(change);
  expect(gates.at(-1)).toBe("scan failed");
  expect(result.scan).toMatchObject([
    { scanner: "secrets", severity: "critical", path: "src/key.js", line: 1 },
    { scanner: "protected-paths", severity: "medium", path: ".github/workflows/x.yml" },
  ]);
  expect(JSON.stringify(result) + logOf(result, "scan")).not.toContain(secret);
});

test("weakened tests and changed signatures are reported beside the verdicts", async () => {
  const { result } = await verifyChange(
    {
      "src/math.js": "exports.add = (a, b, c) => a + b;\nexports.sub = (a, b) => a - b;\n",
      "test/sub.test.js": good["test/sub.test.js"],
      "test/math.test.js": testOf("adds", "assert.equal(math.add(1, 2), 3);"),
    },
    { lockedTests: [{ path: "test/sub.test.js", sha256: "0".repeat(64) }] },
  );
  expect(result.weakened).toEqual([
    { path: "test/sub.test.js", what: "changed after it was proven red" },
    { path: "test/math.test.js", what: "1 fewer assertion" },
  ]);
  expect(result.signatures.find((one) => one.breaking)).toMatchObject({
    detail: "signature of `add()` changed: parameter `c` added",
  });
});

test("a plan without tests passes for words and fails for code", async () => {
  const words = await verifyChange(
    { "README.md": "# Math\n", "src/math.js": `// Adds.\n${source}` },
    { needsTests: false },
  );
  expect(words.gates).toEqual(["implement passed", "build passed", "test passed", "scan passed"]);
  const code = await verifyChange({ "src/math.js": good["src/math.js"] }, { needsTests: false });
  expect(code.gates).toEqual(["implement failed"]);
  expect(lastEvidence(code.result)?.excerpt).toBe("src/math.js: its code changed");
});

function pushed(change: Content): string {
  write(repository.path, change);
  const head = commitAll(repository.path, "Subtract");
  git(repository.path, "push", "--quiet", "origin", "HEAD:refs/heads/tamma/1-sub");
  return head;
}

test("a person's push is proven where it can be, and becomes a patch", async () => {
  const { result, gates } = await verify({ head: pushed(good) });
  expect(gates).toEqual(["implement passed", "build passed", "test passed", "scan passed"]);
  expect(result).toMatchObject({
    unproven: false,
    patch: { base: repository.base, tree: result.tree, commits: [{ message: "Subtract" }] },
  });
});

test("a person's push without provable tests passes, and says so", async () => {
  const { result, gates } = await verify({ head: pushed({ "src/math.js": good["src/math.js"] }) });
  expect(gates[0]).toBe("implement passed");
  expect(result).toMatchObject({ unproven: true, lockedTests: [] });
  expect(logOf(result, "red")).toContain("red is not proven: no test file is new or changed");
});

test("ci runs the project's command on the pushed commit, or build and test", async () => {
  const plain = await verify({ head: pushed(good), parts: ["ci"] });
  expect(plain.gates).toEqual(["ci passed"]);
  expect(plain.result.verdicts[0]?.receipts.map((one) => one.kind)).toEqual(["ci", "ci"]);
  start({ ...files, ".tamma.yml": "ci: test ! -e test/sub.test.js || exit 4\n" });
  const own = await verify({ head: pushed(good), parts: ["ci"] });
  expect(own.gates).toEqual(["ci failed"]);
  expect(lastEvidence(own.result)?.summary).toContain("ended with 4");
});

test("a patch that does not lead to its tree is an error, and a stop is a stop", async () => {
  const patch = await patchFor(good);
  await expect(verify({ patch: { ...patch, tree: repository.base } })).rejects.toThrow(/leads to tree/);
  const stopped = { ...jobContext(folder, repository.ref, blobs), signal: AbortSignal.abort() };
  const spec: Spec = {
    ...{ kind: "verify", base: repository.base, patch, head: null, parts: all, needsTests: true },
    ...{ lockedTests: [], protectedPaths: [] },
  };
  expect(await verifyJob(spec, stopped)).toMatchObject({ outcome: "stopped" });
});
