import { posix } from "node:path";
import ts from "typescript";
import { parseSource } from "./comment-free.ts";
import { add, type Signature, signatureOf } from "./declared.ts";

/** Reads a source file of the tree; null when it is not there. */
export type ReadSource = (path: string) => Promise<string | null>;

/** An exported name with the file that declares it. */
export interface Exported {
  path: string;
  signature: Signature;
}
export type ExportedNames = Map<string, Exported>;

/** Re-exports of re-exports; a longer chain is a circle. */
const hopsMax = 20;
const endings = [
  "",
  ".ts",
  ".tsx",
  ".mts",
  ".cts",
  ".js",
  ".jsx",
  ".mjs",
  ".cjs",
  "/index.ts",
  "/index.tsx",
  "/index.js",
];

/** Every name that `path` exports, through re-exports, as ES module or CommonJS. */
export async function exportedNames(path: string, read: ReadSource, hops = 0): Promise<ExportedNames> {
  const names: ExportedNames = new Map();
  const text = hops > hopsMax ? null : await read(path);
  if (text === null) return names;
  const source = parseSource(path, text);
  const file = new SourceNames(source);
  for (const [name, signature] of file.own) names.set(name, { path, signature });
  for (const link of file.links) {
    const target = await resolve(path, link.from, read);
    const theirs = target === null ? new Map() : await exportedNames(target, read, hops + 1);
    for (const [name, exported] of pick(link, theirs, path)) if (!names.has(name)) names.set(name, exported);
  }
  return names;
}

/**
 * Names that come from another file. `name`: null for all of them; `as`: the name here, null for the same.
 */
interface Link {
  from: string;
  name: string | null;
  as: string | null;
}

function pick(link: Link, theirs: ExportedNames, path: string): [string, Exported][] {
  const unknown: Exported = { path, signature: { kind: "value", type: null, optional: false } };
  if (link.name === "*") return link.as === null ? [] : [[link.as, unknown]];
  if (link.name === null) return [...theirs].filter(([name]) => link.as !== null || name !== "default");
  return [[link.as ?? link.name, theirs.get(link.name) ?? unknown]];
}

async function resolve(from: string, module: string, read: ReadSource): Promise<string | null> {
  if (!module.startsWith(".")) return null;
  const path = posix.join(posix.dirname(from), module);
  // TypeScript's sources import `./x.js` and mean `./x.ts`.
  const stems = [path, path.replace(/\.([cm]?)js$/, ".$1ts"), path.replace(/\.jsx?$/, ".tsx")];
  for (const stem of stems)
    for (const ending of endings)
      if (/\.\w+$/.test(stem + ending) && (await read(stem + ending)) !== null) return stem + ending;
  return null;
}

/** What one file exports by itself (`own`) and what it passes on (`links`). */
class SourceNames {
  readonly own = new Map<string, Signature>();
  readonly links: Link[] = [];
  private readonly local = new Map<string, Signature>();
  private readonly imported = new Map<string, Link>();

  constructor(source: ts.SourceFile) {
    for (const statement of source.statements) this.record(statement);
    for (const statement of source.statements) this.export(statement);
  }

  private record(node: ts.Statement): void {
    if (ts.isVariableStatement(node)) {
      for (const one of node.declarationList.declarations) this.variable(one);
    } else if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const from = node.moduleSpecifier.text;
      const clause = node.importClause;
      if (clause?.name) this.imported.set(clause.name.text, { from, name: "default", as: null });
      const bound = clause?.namedBindings;
      if (bound && ts.isNamespaceImport(bound))
        this.imported.set(bound.name.text, { from, name: "*", as: null });
      else if (bound)
        for (const one of bound.elements)
          this.imported.set(one.name.text, { from, name: (one.propertyName ?? one.name).text, as: null });
    } else if (isDeclaration(node) && node.name) {
      const signature = signatureOf(node);
      if (signature) add(this.local, node.name.text, signature);
    }
  }

  private variable(node: ts.VariableDeclaration): void {
    const from = node.initializer ? required(node.initializer) : null;
    if (ts.isIdentifier(node.name)) {
      if (from !== null) this.imported.set(node.name.text, { from, name: null, as: node.name.text });
      const signature = from === null ? signatureOf(node) : null;
      if (signature) this.local.set(node.name.text, signature);
    } else if (from !== null && ts.isObjectBindingPattern(node.name)) {
      for (const one of node.name.elements)
        if (ts.isIdentifier(one.name)) {
          const name =
            one.propertyName && ts.isIdentifier(one.propertyName) ? one.propertyName.text : one.name.text;
          this.imported.set(one.name.text, { from, name, as: null });
        }
    }
  }

  private export(node: ts.Statement): void {
    if (ts.isExportDeclaration(node)) {
      const from =
        node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : null;
      const clause = node.exportClause;
      if (!clause && from !== null) this.links.push({ from, name: null, as: null });
      else if (clause && ts.isNamespaceExport(clause) && from !== null)
        this.links.push({ from, name: "*", as: clause.name.text });
      else if (clause && ts.isNamedExports(clause))
        for (const one of clause.elements) {
          const name = (one.propertyName ?? one.name).text;
          if (from === null) this.name(one.name.text, name);
          else this.links.push({ from, name, as: one.name.text });
        }
    } else if (ts.isExportAssignment(node)) {
      this.value(node.isExportEquals ? "module.exports" : "default", node.expression);
    } else if (isExported(node)) {
      if (ts.isVariableStatement(node))
        for (const one of node.declarationList.declarations) {
          if (ts.isIdentifier(one.name)) this.name(one.name.text, one.name.text);
        }
      else if (isDeclaration(node)) {
        const isDefault = node.modifiers?.some((one) => one.kind === ts.SyntaxKind.DefaultKeyword);
        const signature = signatureOf(node);
        if (signature) add(this.own, isDefault ? "default" : (node.name?.text ?? "default"), signature);
      }
    } else if (ts.isExpressionStatement(node)) this.commonJs(node.expression);
  }

  /** `module.exports = ...`, `exports.x = ...`, `module.exports.x = ...`. */
  private commonJs(node: ts.Expression): void {
    if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return;
    const target = node.left.getText().replace(/\s/g, "");
    const member = /^(?:module\.)?exports\.(\w+)$/.exec(target)?.[1];
    // `exports.a = exports.b = ...` names both.
    if (ts.isBinaryExpression(node.right)) this.commonJs(node.right);
    if (member !== undefined) this.value(member, node.right);
    else if (target === "module.exports") this.whole(node.right);
  }

  private whole(node: ts.Expression): void {
    const from = required(node);
    if (from !== null) this.links.push({ from, name: null, as: "" });
    else if (ts.isObjectLiteralExpression(node)) {
      for (const one of node.properties) {
        const name =
          one.name && (ts.isIdentifier(one.name) || ts.isStringLiteral(one.name)) ? one.name.text : null;
        if (ts.isSpreadAssignment(one)) this.whole(one.expression);
        else if (name === null) continue;
        else if (ts.isShorthandPropertyAssignment(one)) this.name(name, name);
        else if (ts.isPropertyAssignment(one)) this.value(name, one.initializer);
        else this.own.set(name, signatureOf(one) ?? { kind: "value", type: null, optional: false });
      }
    } else if (ts.isIdentifier(node) && this.imported.get(node.text)?.name === null) {
      this.links.push({ from: this.imported.get(node.text)?.from ?? "", name: null, as: "" });
    } else this.value("module.exports", node);
  }

  private value(name: string, node: ts.Expression): void {
    if (ts.isIdentifier(node)) return this.name(name, node.text);
    const signature = signatureOf(node);
    if (signature) this.own.set(name, signature);
  }

  /** Exports what the file calls `local` under `name`. */
  private name(name: string, local: string): void {
    const own = this.local.get(local);
    const link = this.imported.get(local);
    if (own) this.own.set(name, own);
    else if (link?.name) this.links.push({ ...link, as: name });
    else this.own.set(name, { kind: "value", type: null, optional: false });
  }
}

type Declaration =
  | ts.FunctionDeclaration
  | ts.ClassDeclaration
  | ts.InterfaceDeclaration
  | ts.TypeAliasDeclaration
  | ts.EnumDeclaration
  | ts.ModuleDeclaration;

function isDeclaration(node: ts.Statement): node is Declaration {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isEnumDeclaration(node) ||
    ts.isModuleDeclaration(node)
  );
}

function isExported(node: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(node) &&
    (ts.getModifiers(node) ?? []).some((one) => one.kind === ts.SyntaxKind.ExportKeyword)
  );
}

/** The module of `require("...")`; null for any other expression. */
function required(node: ts.Expression): string | null {
  const call =
    ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "require";
  const argument = call ? node.arguments[0] : undefined;
  return argument && ts.isStringLiteral(argument) ? argument.text : null;
}
