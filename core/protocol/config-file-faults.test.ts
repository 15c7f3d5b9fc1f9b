import fc from "fast-check";
import { expect, test } from "vitest";
import { parseProjectConfig, renderConfigProblem } from "./config-file.ts";

const runs = process.env.TAMMA_TEST_ALL === "1" ? 20_000 : 1_000;
/** As deep as the length of a config allows. */
const deep = 60_000;

test.each<[string, string, RegExp]>([
  ["a bomb of aliases", "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\ntest: *c\n", /aliases/],
  ["an anchor that refers to itself", "environment: &e\n  A: *e\n", /aliases/],
  ["a merge key", "base: &b {test: x}\n<<: *b\n", /aliases/],
  ["more text than a config has", `# ${"x".repeat(70_000)}\n`, /longer than 64000/],
  ["a tab for indentation", "environment:\n\tA: b\n", /tab/i],
  ["a string that never ends", 'test: "npm test\nbuild: make\n', /quote/i],
  ["a list that never ends", "test-files: [a, b\n", /flow|\]/i],
  ["a key twice", "test: a\ntest: b\n", /unique|duplicate/i],
  ["an unknown key", "tset: npm test\n", /tset: unknown field/],
  ["a list at the top", "- test: npm test\n", /field: value/],
  ["a sentence", "run the tests please\n", /field: value/],
  ["a number at the top", "42\n", /field: value/],
  ["two documents", "test: a\n---\ntest: b\n", /document/i],
  ["a command that is a list", "test: [npm, test]\n", /test: /],
  ["a command that is empty", 'test: ""\n', /test: /],
  ["a command of pages", `test: ${"x".repeat(3_000)}\n`, /test: /],
  ["a number where words belong", "level: 3\n", /level: /],
  ["a level that does not exist", "level: dev/wizard\n", /level: /],
  ["a budget below nothing", "budget: -1\n", /budget: /],
  ["a budget without end", "budget: .inf\n", /budget: /],
  ["a budget that is no number", "budget: .nan\n", /budget: /],
  ["half a slot", "slots: 1.5\n", /slots: /],
  ["variables that are no text", "environment: {A: [1]}\n", /environment: /],
  ["bytes that are no text", "\u0000\u0001\u0002PNG\u001a", /./],
  ["text that was no UTF-8", "test: \uFFFD\uFFFD\n\u0000: x", /./],
  ["a tag that wants to build an object", "test: !!js/function 'function(){}'\n", /./],
  ["depth without end", `environment: ${"[".repeat(deep)}`, /./],
  ["maps without end", `${"{a: ".repeat(deep / 4)}`, /./],
  ["lists within lists that end", `environment: ${"[".repeat(deep / 2)}${"]".repeat(deep / 2)}`, /./],
])("%s is a problem with its line and in words", (_, text, words) => {
  const parsed = parseProjectConfig(text);
  if (!("problem" in parsed)) expect.fail(`it was read: ${JSON.stringify(parsed)}`);
  expect(parsed.problem.line).toBeGreaterThan(0);
  const shown = renderConfigProblem(parsed.problem);
  expect(shown).toMatch(/^\.tamma\.yml line \d+: /);
  expect(shown).toMatch(words);
  expect(shown.length).toBeLessThan(2_000);
});

test("what means the same reads the same: marks, line ends and comments", () => {
  const config = { config: { test: "npm test", slots: 2 } };
  expect(parseProjectConfig("\uFEFFtest: npm test\nslots: 2\n")).toEqual(config);
  expect(parseProjectConfig("test: npm test\r\nslots: 2\r\n")).toEqual(config);
  expect(parseProjectConfig("---\n# ours\ntest: 'npm test'\nslots: 0x2\n...\n")).toEqual(config);
});

test("whatever text stands there, it is read or it is a problem", () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom(
      "test: x",
      "slots: 2",
      "&a",
      "*a",
      "<<: *a",
      "- ",
      "? ",
      "!!set",
      "|",
      ">",
      "---",
      "%YAML 9",
    ),
    fc.tuple(fc.string(), fc.json()).map(([key, value]) => `${key}: ${value}`),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      const parsed = parseProjectConfig(lines.join("\n"));
      expect("config" in parsed || parsed.problem.message !== "").toBe(true);
    }),
    { numRuns: runs },
  );
});
