import { relative } from "node:path";
import type { TestOutcome } from "@tamma/core/domain/loop/evidence.ts";
import { XMLParser } from "fast-xml-parser";

const messageCharsMax = 2_000;
/** Suites in suites; deeper than this is no report of a test runner. */
const depthMax = 40;

/**
 * Parses JUnit XML as the runners write it (one or many `testsuite`, nested or not).
 * A suite's own `error` becomes a failing test with the suite's name. Text that is no report has no tests.
 */
export function junitOutcomes(text: string, root: string): TestOutcome[] {
  const start = text.search(/<(\?xml|testsuites?\b)/);
  if (start === -1) return [];
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "@",
    parseAttributeValue: false,
    parseTagValue: false,
    // Entities declared in a document are how XML is made to eat memory; reports need none.
    processEntities: { enabled: true, maxTotalExpansions: 100_000, maxEntityCount: 0 },
    isArray: (name) => ["testsuite", "testcase", "failure", "error"].includes(name),
  });
  const parsed: unknown = parser.parse(text.slice(start));
  return isRecord(parsed) ? suites(parsed, [], null, root, 0) : [];
}

type Xml = Record<string, unknown>;

function suites(node: Xml, above: string[], file: string | null, root: string, depth: number): TestOutcome[] {
  if (depth > depthMax) return [];
  const found: TestOutcome[] = [];
  // node:test writes tests that are in no suite directly below the root.
  for (const test of children(node.testsuites, "testcase")) found.push(testcase(test, file, root));
  for (const suite of [...children(node, "testsuite"), ...children(node.testsuites, "testsuite")]) {
    const name = attribute(suite, "name") ?? "";
    const path = [...above, ...(name === "" ? [] : [name])];
    const where = attribute(suite, "file") ?? attribute(suite, "filepath") ?? file;
    for (const test of children(suite, "testcase")) found.push(testcase(test, where, root));
    const own = firstText(suite.error);
    if (own !== null)
      found.push({ id: path.join(" > "), outcome: "failed", file: inside(where, root), message: own });
    found.push(...suites(suite, path, where, root, depth + 1));
  }
  return found;
}

function testcase(test: Xml, suiteFile: string | null, root: string): TestOutcome {
  const name = attribute(test, "name") ?? "unnamed test";
  const classname = attribute(test, "classname");
  const file = inside(attribute(test, "file") ?? suiteFile ?? classAsFile(classname), root);
  const message = firstText(test.failure) ?? firstText(test.error);
  const id = [file ?? classname, name].filter((part) => part !== null && part !== "").join(" > ");
  if (message !== null) return { id, outcome: "failed", file, message: message.slice(0, messageCharsMax) };
  return { id, outcome: "skipped" in test ? "skipped" : "passed", file, message: null };
}

/** vitest writes the file, pytest the module (`tests.test_x`), others a class that says nothing of a file. */
function classAsFile(classname: string | null): string | null {
  if (classname === null) return null;
  if (/[/.](c|m)?[jt]sx?$/.test(classname)) return classname;
  const module = /^(?:[\w-]+\.)*test_\w+/.exec(classname)?.[0];
  return module ? `${module.replaceAll(".", "/")}.py` : null;
}

function inside(file: string | null, root: string): string | null {
  if (file === null) return null;
  const path = file.startsWith("/") ? relative(root, file) : file.replace(/^\.\//, "");
  return path.startsWith("..") ? null : path;
}

/** Text of the first `failure` or `error`, null when there is none. */
function firstText(value: unknown): string | null {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (first === undefined) return null;
  if (!isRecord(first)) return String(first).trim() || "failed without a message";
  const parts = [attribute(first, "type"), attribute(first, "message"), first["#text"]];
  const text = parts.filter((part) => typeof part === "string" && part.trim() !== "").join("\n");
  return text.trim() || "failed without a message";
}

function children(node: unknown, name: string): Xml[] {
  const value = isRecord(node) ? node[name] : undefined;
  return (Array.isArray(value) ? value : []).filter(isRecord);
}

function attribute(node: Xml, name: string): string | null {
  const value = node[`@${name}`];
  return typeof value === "string" ? value : null;
}

function isRecord(value: unknown): value is Xml {
  return typeof value === "object" && value !== null;
}
