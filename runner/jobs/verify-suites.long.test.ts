import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { source } from "../testing/develop-script.ts";
import { remove } from "../testing/repository.ts";
import { files, good, header, lastEvidence, testOf, VerifyRig } from "../testing/verify-rig.ts";

// Real git and real test runs, a dozen processes each, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

let rig: VerifyRig;
beforeEach(() => {
  rig = new VerifyRig();
});
afterEach(() => remove(rig.folder));

test("a failing build is told after implement, and a failing green before it", async () => {
  rig.use({
    ...files,
    "package.json": JSON.stringify({ scripts: { test: "node --test", build: "node build.js" } }),
    "build.js": "",
  });
  const broken = "console.error('src/math.js: error E1234');\nprocess.exit(3);\n";
  const build = await rig.verifyChange({ ...good, "build.js": broken });
  expect(build.gates).toEqual(["implement passed", "build failed"]);
  expect(build.result.verdicts[0]?.receipts.map((one) => one.kind)).toEqual(["red", "green"]);
  expect(lastEvidence(build.result)).toMatchObject({ fingerprint: "build:E1234@src/math.js" });
  const green = await rig.verifyChange({ ...good, "src/math.js": source, "build.js": broken });
  expect(green.gates).toEqual(["implement failed"]);
  expect(lastEvidence(green.result)?.summary).toContain("1 new tests fail: test/sub.test.js > subtracts");
});

test("a test that the change breaks fails the suite; one that fails on the base too does not", async () => {
  const broken = await rig.verifyChange({
    ...good,
    "src/math.js": "exports.add = () => 3;\nexports.sub = () => 1;\n",
  });
  expect(broken.gates).toEqual(["implement passed", "build passed", "test failed"]);
  expect(lastEvidence(broken.result)?.excerpt).toContain("adds");
  rig.use({ ...files, "test/old.test.js": testOf("was broken", "assert.equal(math.add(1, 1), 3);") });
  const { result, gates } = await rig.verifyChange(good);
  expect(gates[2]).toBe("test passed");
  expect(rig.logOf(result, "test")).toContain("fails on the base too: test/old.test.js > was broken");
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
  rig.use({ ...files, "test/flaky.test.js": once });
  const { result, gates } = await rig.verifyChange(good);
  expect(gates[2]).toBe("test passed");
  expect(result.verdicts[2]?.evidence).toMatchObject({ fingerprint: expect.stringMatching(/^flaky:/) });
  expect(rig.logOf(result, "test")).toContain("flaky: test/flaky.test.js > sometimes");
});

test("weakened tests and changed signatures are reported beside the verdicts", async () => {
  const { result } = await rig.verifyChange(
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

test("a person's push without provable tests passes, and says so", async () => {
  const { result, gates } = await rig.verify({ head: rig.pushed({ "src/math.js": good["src/math.js"] }) });
  expect(gates[0]).toBe("implement passed");
  expect(result).toMatchObject({ unproven: true, lockedTests: [] });
  expect(rig.logOf(result, "red")).toContain("red is not proven: no test file is new or changed");
});

test("a plan without tests passes for words and fails for code", async () => {
  const words = await rig.verifyChange(
    { "README.md": "# Math\n", "src/math.js": `// Adds.\n${source}` },
    { needsTests: false },
  );
  expect(words.gates).toEqual(["implement passed", "build passed", "test passed", "scan passed"]);
  const code = await rig.verifyChange({ "src/math.js": good["src/math.js"] }, { needsTests: false });
  expect(code.gates).toEqual(["implement failed"]);
  expect(lastEvidence(code.result)?.excerpt).toBe("src/math.js: its code changed");
});
