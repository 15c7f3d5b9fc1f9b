import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { remove } from "../testing/repository.ts";
import {
  all,
  files,
  good,
  lastEvidence,
  npmFiles,
  type Spec,
  testOf,
  VerifyRig,
} from "../testing/verify-rig.ts";
import { verifyJob } from "./verify.ts";

// Real git and real test runs, a dozen processes each, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

let rig: VerifyRig;
beforeEach(() => {
  rig = new VerifyRig();
});
afterEach(() => remove(rig.folder));

test("a proven change passes every gate in order, with receipts of tree, tests and hashes", async () => {
  rig.use(npmFiles);
  const { result, gates, seen } = await rig.verifyChange(good);
  expect(gates).toEqual(["implement passed", "build passed", "test passed", "scan passed"]);
  expect(seen).toEqual(all);
  const [red, green] = result.verdicts[0]?.receipts ?? [];
  expect(red).toMatchObject({
    kind: "red",
    base: rig.repository.base,
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
  const guard = await rig.verifyChange({
    ...good,
    "test/sub.test.js": testOf("is there", "assert.ok(math);"),
  });
  expect(guard.gates).toEqual(["implement failed"]);
  expect(lastEvidence(guard.result)?.fingerprint).toBe("red:passes-at-once");
  expect(guard.result.lockedTests).toEqual([]);
  const none = await rig.verifyChange({ "src/math.js": good["src/math.js"] });
  expect(lastEvidence(none.result)?.fingerprint).toBe("red:no-tests");
  const broken = await rig.verifyChange({ ...good, "test/sub.test.js": "const x = ;\n" });
  expect(lastEvidence(broken.result)?.fingerprint).toBe("red:syntax-error");
});

test("a guard beside a proven test is let pass, but is not locked", async () => {
  const guard = testOf("still adds", "assert.equal(math.add(2, 2), 4);");
  const { result, gates } = await rig.verifyChange({ ...good, "test/guard.test.js": guard });
  expect(gates[0]).toBe("implement passed");
  expect(result.lockedTests.map((one) => one.path)).toEqual(["test/sub.test.js"]);
});

test("a secret in the change fails the scan without being shown; protected paths are told", async () => {
  const secret = `ghp_${"a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"}`;
  const change = {
    ...good,
    "src/key.js": `exports.key = "${secret}";\n`,
    ".github/workflows/x.yml": "on: push\n",
  };
  const { result, gates } = await rig.verifyChange(change);
  expect(gates.at(-1)).toBe("scan failed");
  expect(result.scan).toMatchObject([
    { scanner: "secrets", severity: "critical", path: "src/key.js", line: 1 },
    { scanner: "protected-paths", severity: "medium", path: ".github/workflows/x.yml" },
  ]);
  expect(JSON.stringify(result) + rig.logOf(result, "scan")).not.toContain(secret);
});

test("a person's push is proven where it can be, and becomes a patch", async () => {
  const { result, gates } = await rig.verify({ head: rig.pushed(good) });
  expect(gates).toEqual(["implement passed", "build passed", "test passed", "scan passed"]);
  expect(result).toMatchObject({
    unproven: false,
    patch: { base: rig.repository.base, tree: result.tree, commits: [{ message: "Subtract" }] },
  });
});

test("ci runs the project's command on the pushed commit, or build and test", async () => {
  const plain = await rig.verify({ head: rig.pushed(good), parts: ["ci"] });
  expect(plain.gates).toEqual(["ci passed"]);
  expect(plain.result.verdicts[0]?.receipts.map((one) => one.kind)).toEqual(["ci", "ci"]);
  rig.use({ ...files, ".tamma.yml": "ci: test ! -e test/sub.test.js || exit 4\n" });
  const own = await rig.verify({ head: rig.pushed(good), parts: ["ci"] });
  expect(own.gates).toEqual(["ci failed"]);
  expect(lastEvidence(own.result)?.summary).toContain("ended with 4");
});

test("a patch that does not lead to its tree is an error, and a stop is a stop", async () => {
  const patch = await rig.patchFor(good);
  await expect(rig.verify({ patch: { ...patch, tree: rig.repository.base } })).rejects.toThrow(
    /leads to tree/,
  );
  const stopped = { ...rig.context, signal: AbortSignal.abort() };
  const spec: Spec = {
    ...{ kind: "verify", base: rig.repository.base, patch, head: null, parts: all, needsTests: true },
    ...{ lockedTests: [], protectedPaths: [] },
  };
  expect(await verifyJob(spec, stopped)).toMatchObject({ outcome: "stopped" });
});
