import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  DevelopRig,
  done,
  finish,
  newTest,
  plan,
  redAndGreen,
  type Spec,
  source,
  write,
} from "../testing/develop-script.ts";
import { remove } from "../testing/repository.ts";

// Real git and real test runs, a dozen processes each, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

let rig: DevelopRig;
beforeEach(() => {
  rig = new DevelopRig();
});
afterEach(() => remove(rig.folder));

test("a change without tests may hold only documentation, comments or formatting", async () => {
  const { result, answers } = await rig.develop(
    [
      write("src/math.js", "exports.add = () => 0;\n"),
      finish(),
      write("src/math.js", `// Adds.\n${source}`),
      write("README.md", "# Math, explained\n"),
      finish("Explain"),
    ],
    { plan: { ...plan, needsTests: false, noTestReason: "docs" } },
  );
  expect(answers()[1]?.text).toContain("src/math.js: its code changed");
  expect(done(result).patch.files.map((file) => file.path)).toEqual(["README.md", "src/math.js"]);
});

/** The patch of a first job, to go on from. */
async function firstWork(): Promise<Partial<Spec>> {
  const first = done((await rig.develop([...redAndGreen, finish()])).result);
  const content = await rig.contentOf(first, "test/sub.test.js");
  const sha256 = createHash("sha256").update(content).digest("hex");
  return { patch: first.patch, lockedTests: [{ path: "test/sub.test.js", sha256 }] };
}

test("a fix goes on from the patch with its tests locked, and must change something", async () => {
  const evidence = {
    summary: "lint",
    fingerprint: "lint:1",
    excerpt: "src/math.js: no semicolon",
    log: null,
  };
  const { result, answers } = await rig.develop(
    [
      finish(),
      write("test/sub.test.js", "x"),
      write("src/math.js", `${source}exports.sub = (a, b) => a - b; // ok\n`),
      finish("Fix lint"),
    ],
    { ...(await firstWork()), mode: "fix", evidence: { gate: "build", evidence } },
  );
  expect(answers()[0]?.text).toContain("nothing changed, so gate build would refuse it again");
  expect(answers()[1]?.text).toContain("is locked");
  expect(done(result).patch.commits.map((commit) => commit.message)).toEqual(["Test sub", "Add sub"]);
  expect(done(result).testFiles).toEqual(["test/sub.test.js"]);
});

test("a fix that mends nothing ends with what the gate had said, also the second time", async () => {
  const evidence = { summary: "lint failed", fingerprint: "lint:1", excerpt: "no semicolon", log: null };
  const start = { ...(await firstWork()), mode: "fix" } as const;
  const finishes = [finish(), finish(), finish()];
  const first = await rig.develop(finishes, { ...start, evidence: { gate: "build", evidence } });
  const said = "Gate build had said: lint failed\nno semicolon";
  if (first.result.outcome !== "failed") return expect.fail("not failed");
  expect(first.result.evidence.excerpt).toContain(
    `nothing changed, so gate build would refuse it again\n${said}`,
  );
  const sent = { gate: "implement", evidence: first.result.evidence } as const;
  const second = await rig.develop(finishes, { ...start, evidence: sent });
  if (second.result.outcome !== "failed") return expect.fail("not failed");
  expect(second.result.evidence.excerpt.split(said)).toHaveLength(2);
});

test("a fix without proven tests begins in red, against the unchanged code", async () => {
  const { patch } = await firstWork();
  const evidence = { summary: "red", fingerprint: "red:passes-at-once", excerpt: "", log: null };
  const { result, asked } = await rig.develop(
    [write("test/sub.test.js", `${newTest}// more\n`), finish(), finish(), finish()],
    {
      ...{ patch, mode: "fix", evidence: { gate: "implement", evidence } },
    },
  );
  expect(JSON.stringify(asked[0]?.messages)).toContain("Phase: red.");
  expect(done(result).testFiles).toEqual(["test/sub.test.js"]);
});

test("every open thread needs a reply; a change is optional, but must keep the suite", async () => {
  const threads = ["a", "b"].map((id) => ({
    id,
    author: "eve",
    path: "src/math.js",
    line: 2,
    text: `thread ${id}`,
  }));
  const start: Partial<Spec> = { ...(await firstWork()), mode: "address", threads };
  const reply = (thread: string) => ({ thread, text: `about ${thread}` });
  const { result, answers } = await rig.develop(
    [
      finish("x", { replies: [reply("a")] }),
      write("src/math.js", "oops("),
      finish("x", { replies: [reply("a"), reply("b")] }),
      write("src/math.js", `${source}exports.sub = (a, b) => a - b;\n`),
      finish("x", { replies: [reply("b"), reply("a"), reply("unknown")] }),
    ],
    start,
  );
  expect(answers()[0]?.text).toContain("these threads have no reply: b");
  expect(answers()[2]?.text).toContain("Refused: The new tests do not pass");
  expect(done(result).replies).toEqual([reply("a"), reply("b")]);
  expect(done(result).patch.tree).toBe(start.patch?.tree);
});
