import ts from "typescript";

const javaScript = /\.(c|m)?(j|t)sx?$/;

/** Can we tell code from comments in this file? */
export function isJavaScript(path: string): boolean {
  return javaScript.test(path) && !path.endsWith(".d.ts.map");
}

/** Parses a source file; syntax errors do not throw (see `hasSyntaxErrors`). */
export function parseSource(path: string, text: string): ts.SourceFile {
  const kind = /\.(j|t)sx$|\.(c|m)?js$/.test(path)
    ? /\.tsx$/.test(path)
      ? ts.ScriptKind.TSX
      : ts.ScriptKind.JSX
    : ts.ScriptKind.TS;
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kind);
}

/** The parser's own list is not in its public type. */
export function hasSyntaxErrors(source: ts.SourceFile): boolean {
  return (
    "parseDiagnostics" in source &&
    Array.isArray(source.parseDiagnostics) &&
    source.parseDiagnostics.length > 0
  );
}

/** A JavaScript or TypeScript file without its comments, as code. Null when it does not parse. */
export function commentFree(path: string, text: string): string | null {
  const source = parseSource(path, text);
  if (hasSyntaxErrors(source)) return null;
  return ts.createPrinter({ removeComments: true }).printFile(source);
}

/**
 * What a JavaScript or TypeScript file says to a compiler: its tree of tokens. Two texts with the same
 * shape differ
 * in comments and layout only. Null when it does not parse.
 */
export function codeShape(path: string, text: string): string | null {
  const source = parseSource(path, text);
  return hasSyntaxErrors(source) ? null : shapeOf(source, source);
}

function shapeOf(node: ts.Node, source: ts.SourceFile): string {
  const children = node.getChildren(source).filter((child) => !isLayout(child));
  if (children.length === 0) return JSON.stringify(node.getText(source));
  return `${node.kind}[${children.map((child) => shapeOf(child, source)).join(" ")}]`;
}

/** A semicolon at the end of a statement may be left out; in the head of a loop it has a meaning. */
function isLayout(node: ts.Node): boolean {
  if (node.kind === ts.SyntaxKind.EndOfFileToken || ts.isJSDoc(node)) return true;
  return node.kind === ts.SyntaxKind.SemicolonToken && !ts.isForStatement(node.parent);
}
