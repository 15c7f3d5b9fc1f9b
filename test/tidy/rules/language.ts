import ts from "typescript";
import { isSource, lineOf, nodesOf, type Rule } from "./rule.ts";

/** These tools take what they need as a default export, and nothing else. */
const defaultExportsAllowed = new Set([
  "vitest.config.ts",
  "workers/index.ts",
  "bench/worker/index.ts",
  "scripts/check/knip-count.mjs",
]);

export const noAny: Rule = {
  name: "nothing has the type any",
  looksAt: (path) => isSource(path) && /\.tsx?$/.test(path),
  find: (file) => {
    const { source, nodes } = nodesOf(file);
    return nodes
      .filter((node) => node.kind === ts.SyntaxKind.AnyKeyword)
      .map((node) => ({
        path: file.path,
        line: lineOf(source, node),
        says: "any: say unknown and parse it",
      }));
  },
};

export const noSilencedCompiler: Rule = {
  name: "the compiler is not silenced",
  looksAt: (path) => isSource(path),
  find: (file) =>
    file.text.split("\n").flatMap((line, at) => {
      const silenced = /^\s*(\/\/|\/\*+)\s*@ts-(ignore|nocheck)/.test(line);
      return silenced ? [{ path: file.path, line: at + 1, says: "use @ts-expect-error with a reason" }] : [];
    }),
};

export const noDefaultExport: Rule = {
  name: "exports have names",
  looksAt: (path) => isSource(path) && !defaultExportsAllowed.has(path),
  find: (file) => {
    const { source, nodes } = nodesOf(file);
    return nodes
      .filter((node) => ts.isExportAssignment(node) || isDefaultModifier(node) || isDefaultSpecifier(node))
      .map((node) => ({
        path: file.path,
        line: lineOf(source, node),
        says: "a default export: give it a name",
      }));
  },
};

const isDefaultModifier = (node: ts.Node) =>
  node.kind === ts.SyntaxKind.DefaultKeyword &&
  !ts.isCaseBlock(node.parent) &&
  !ts.isDefaultClause(node.parent);

const isDefaultSpecifier = (node: ts.Node) => ts.isExportSpecifier(node) && node.name.text === "default";
