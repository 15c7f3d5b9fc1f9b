import fc from "fast-check";
import { expect, test } from "vitest";
import { DiffProblem, diffFiles, disagreements } from "./diff-files.ts";

const runs = process.env.TAMMA_TEST_ALL === "1" ? 50_000 : 2_000;

const whole = [
  "diff --git a/src/a.ts b/src/a.ts",
  "index 1111111111111111111111111111111111111111..2222222222222222222222222222222222222222 100644",
  "--- a/src/a.ts",
  "+++ b/src/a.ts",
  "@@ -1,2 +1,3 @@ function",
  " one",
  "-two",
  "+2",
  "+three",
  'diff --git "a/gr\\303\\266\\303\\237e.txt" "b/gr\\303\\266\\303\\237e.txt"',
  "new file mode 100644",
  "index 0000000000000000000000000000000000000000..e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
  "diff --git a/p.bin b/p.bin",
  "deleted file mode 100755",
  "index 1111111111111111111111111111111111111111..0000000000000000000000000000000000000000",
  "GIT binary patch",
  "literal 0",
  "HcmV?d00001",
  "",
  "literal 3",
  "KcmZQzWMT#Y01f~L",
  "",
];

/** Files, or a `DiffProblem`: nothing else, however the bytes are. */
function read(bytes: Uint8Array): ReturnType<typeof diffFiles> | null {
  try {
    return diffFiles(bytes);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(DiffProblem);
    return null;
  }
}

test("the diff that the properties start from is one", () => {
  const files = diffFiles(Buffer.from(`${whole.join("\n")}\n`));
  expect(files.map((file) => file.path)).toEqual(["src/a.ts", "größe.txt", "p.bin"]);
});

test("whatever bytes come as a diff, they are files or a problem in words", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      read(bytes);
      expect(disagreements([], bytes)).toBeInstanceOf(Array);
    }),
    { numRuns: runs },
  );
});

test("lines that were lost, doubled, moved or changed give files or a problem, and never other paths", () => {
  const line = fc.oneof(
    fc.constantFrom(...whole),
    fc.string(),
    fc.constantFrom("\\ No newline", "@@ -1 +1 @@"),
  );
  const change = fc.record({
    at: fc.nat({ max: whole.length }),
    remove: fc.nat({ max: 3 }),
    add: fc.array(line, { maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const lines = [...whole];
      for (const { at, remove, add } of changes) lines.splice(at, remove, ...add);
      const text = lines.join("\n");
      for (const file of read(Buffer.from(text)) ?? []) {
        const plain = file.path === "größe.txt" ? "a/gr\\303\\266\\303\\237e.txt" : `a/${file.path}`;
        expect(text).toContain(plain);
      }
    }),
    { numRuns: runs },
  );
});

test("numbers that announce more than there is end in a problem, at once", () => {
  for (const range of ["-1,999999999999 +1,999999999999", "-1,4294967296 +1", "-0,0 +0,0"]) {
    const lines = [...whole.slice(0, 4), `@@ ${range} @@`, " one"];
    expect(read(Buffer.from(lines.join("\n")))).toBeNull();
  }
});
