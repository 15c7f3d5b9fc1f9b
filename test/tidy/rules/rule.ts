import ts from "typescript";

export type TreeFile = { path: string; text: string };

/** One rule about single files. Lines count from 1. */
export type Rule = {
  /** A sentence, used as the title of its test. */
  name: string;
  looksAt: (path: string) => boolean;
  find: (file: TreeFile) => Finding[];
};

export type Finding = { path: string; line: number; says: string };

/** What a rule saw in a tree: its findings, and the paths it opened. */
export type Outcome = { seen: string[]; findings: Finding[] };

/** Applies a rule to every file it looks at. */
export function apply(rule: Rule, files: readonly TreeFile[]): Outcome {
  const looked = files.filter((file) => rule.looksAt(file.path));
  return { seen: looked.map((file) => file.path), findings: looked.flatMap(rule.find) };
}

/** `path:line says`, the form editors can jump to. */
export function show({ path, line, says }: Finding): string {
  return `${path}:${line} ${says}`;
}

/** Tests and what only tests use. */
export function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path) || /(^|\/)testing\//.test(path) || path.startsWith("test/");
}

/** Our own source in TypeScript or plain JavaScript; recorded data and the Astro sites are not. */
export function isSource(path: string): boolean {
  return /\.(ts|tsx|mjs|cjs)$/.test(path) && !isData(path) && !/^(workers\/site|docs-site)\//.test(path);
}

/** Recorded answers and the sample repository: data that happens to lie in the tree. */
export function isData(path: string): boolean {
  return /(^|\/)fixtures\/|^server\/sample\/repository\//.test(path);
}

type Syntax = { source: ts.SourceFile; nodes: ts.Node[] };

/** Several rules read the syntax of the same file; parsing is what takes their time. */
const parsed = new WeakMap<TreeFile, Syntax>();

/** All syntax nodes of a file, outermost first. */
export function nodesOf(file: TreeFile): Syntax {
  const known = parsed.get(file);
  if (known) return known;
  const source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node) => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  const syntax = { source, nodes };
  parsed.set(file, syntax);
  return syntax;
}

/** The line on which a node's first token stands. */
export function lineOf(source: ts.SourceFile, node: ts.Node): number {
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}
