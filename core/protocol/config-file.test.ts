import { expect, test } from "vitest";
import { parseProjectConfig, renderConfigProblem } from "./config-file.ts";

test("an empty file is an empty config", () => {
  expect(parseProjectConfig("")).toEqual({ config: {} });
  expect(parseProjectConfig("# only a comment\n")).toEqual({ config: {} });
});

test("settings are read as they are written", () => {
  expect(parseProjectConfig("test: npm test\nslots: 2\n")).toEqual({
    config: { test: "npm test", slots: 2 },
  });
});

test("an unknown field is named with its line", () => {
  const parsed = parseProjectConfig("build: make\n\ntests: npm test\n");
  expect(parsed).toMatchObject({ problem: { line: 3, field: "tests" } });
  if ("problem" in parsed)
    expect(renderConfigProblem(parsed.problem)).toContain(".tamma.yml line 3: tests: unknown");
});

test("a value of the wrong kind is named with its line and field", () => {
  expect(parseProjectConfig("build: make\nslots: many\n")).toMatchObject({
    problem: { line: 2, field: "slots" },
  });
});

test("broken YAML is reported at the line where it breaks", () => {
  expect(parseProjectConfig('test: ok\nbuild: "open\n')).toMatchObject({ problem: { field: null } });
  expect(parseProjectConfig("just a sentence")).toMatchObject({ problem: { line: 1, field: null } });
});

test("aliases that would grow without end are refused, not expanded", () => {
  const bomb = "a: &a [1]\nb: [*a, *a]\n";
  expect(() => parseProjectConfig(bomb)).not.toThrow();
  expect(parseProjectConfig(bomb)).toHaveProperty("problem");
});
