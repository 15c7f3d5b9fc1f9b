import ts from "typescript";

/** One parameter as a caller sees it. */
export interface Parameter {
  name: string;
  /** Text of its type; null when none is written. */
  type: string | null;
  optional: boolean;
  rest: boolean;
}

export interface Callable {
  parameters: Parameter[];
  returns: string | null;
  typeParameters: string;
  async: boolean;
}

/** What other code can rely on of one exported name; types are compared as they are written. */
export type Signature =
  | { kind: "function"; overloads: Callable[] }
  | { kind: "class"; construct: Callable | null; members: Map<string, Signature>; heritage: string }
  | { kind: "interface"; members: Map<string, Signature>; heritage: string }
  | { kind: "value"; type: string | null; optional: boolean }
  | { kind: "type"; text: string };

const printer = ts.createPrinter({ removeComments: true });

/** Text of a node without comments and with one kind of white space. */
function textOf(node: ts.Node): string {
  const text = printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile());
  return text
    .replace(/\s+/g, " ")
    .replace(/;(?= ?\})/g, "")
    .trim();
}

/** The signature of a declaration or expression; null when it declares nothing that can be named. */
export function signatureOf(node: ts.Node): Signature | null {
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node))
    return signatureOf(node.expression);
  if (ts.isFunctionLike(node) && !ts.isConstructorDeclaration(node))
    return { kind: "function", overloads: [callable(node)] };
  if (ts.isClassLike(node)) return classOf(node);
  if (ts.isInterfaceDeclaration(node)) {
    const heritage = (node.heritageClauses ?? []).map(textOf).join(" ");
    return { kind: "interface", members: membersOf(node.members), heritage: heritage + typeParameters(node) };
  }
  if (ts.isTypeAliasDeclaration(node)) {
    if (ts.isTypeLiteralNode(node.type))
      return { kind: "interface", members: membersOf(node.type.members), heritage: typeParameters(node) };
    return { kind: "type", text: `${typeParameters(node)}${textOf(node.type)}` };
  }
  if (ts.isEnumDeclaration(node)) return { kind: "type", text: textOf(node) };
  if (ts.isModuleDeclaration(node)) return { kind: "type", text: textOf(node) };
  if (ts.isVariableDeclaration(node)) {
    if (node.type) return { kind: "value", type: textOf(node.type), optional: false };
    const made = node.initializer ? signatureOf(node.initializer) : null;
    return made ?? { kind: "value", type: null, optional: false };
  }
  if (ts.isExpression(node)) return { kind: "value", type: null, optional: false };
  return null;
}

function callable(node: ts.SignatureDeclaration): Callable {
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
  const parameters = node.parameters.filter(
    (one) => !(ts.isIdentifier(one.name) && one.name.text === "this"),
  );
  return {
    parameters: parameters.map((one) => ({
      name: textOf(one.name),
      type: one.type ? textOf(one.type) : null,
      optional:
        one.questionToken !== undefined || one.initializer !== undefined || one.dotDotDotToken !== undefined,
      rest: one.dotDotDotToken !== undefined,
    })),
    returns: node.type ? textOf(node.type) : null,
    typeParameters: typeParameters(node),
    async: modifiers.some((one) => one.kind === ts.SyntaxKind.AsyncKeyword),
  };
}

function typeParameters(node: {
  typeParameters?: ts.NodeArray<ts.TypeParameterDeclaration> | undefined;
}): string {
  return node.typeParameters ? `<${node.typeParameters.map(textOf).join(", ")}> ` : "";
}

function classOf(node: ts.ClassLikeDeclaration): Signature {
  const constructors = node.members.filter(ts.isConstructorDeclaration);
  const construct = constructors[0] ? callable(constructors[0]) : null;
  const heritage = (node.heritageClauses ?? []).map(textOf).join(" ");
  return {
    kind: "class",
    construct,
    members: membersOf(node.members),
    heritage: typeParameters(node) + heritage,
  };
}

function membersOf(nodes: readonly (ts.ClassElement | ts.TypeElement)[]): Map<string, Signature> {
  const members = new Map<string, Signature>();
  for (const node of nodes) {
    const name = node.name;
    // What nobody outside can call is no promise.
    if (name && ts.isPrivateIdentifier(name)) continue;
    const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
    if (modifiers.some((one) => one.kind === ts.SyntaxKind.PrivateKeyword)) continue;
    if (
      ts.isConstructorDeclaration(node) ||
      ts.isClassStaticBlockDeclaration(node) ||
      ts.isSemicolonClassElement(node)
    )
      continue;
    const fixed = modifiers.some((one) => one.kind === ts.SyntaxKind.StaticKeyword) ? "static " : "";
    add(members, `${fixed}${name ? textOf(name) : textOf(node)}`, memberOf(node));
  }
  return members;
}

function memberOf(node: ts.ClassElement | ts.TypeElement): Signature {
  const optional = "questionToken" in node && node.questionToken !== undefined;
  if (ts.isMethodDeclaration(node) || ts.isMethodSignature(node)) {
    if (!optional) return { kind: "function", overloads: [callable(node)] };
    return { kind: "value", type: textOf(node), optional };
  }
  if (ts.isPropertyDeclaration(node) && !node.type && node.initializer) {
    const made = signatureOf(node.initializer);
    if (made?.kind === "function") return made;
  }
  const type = "type" in node && node.type ? textOf(node.type as ts.Node) : null;
  const value = ts.isAccessor(node) ? (ts.isGetAccessor(node) && node.type ? textOf(node.type) : null) : type;
  return { kind: "value", type: value, optional };
}

/** Several declarations of one name are overloads. */
export function add(names: Map<string, Signature>, name: string, signature: Signature): void {
  const before = names.get(name);
  if (before?.kind === "function" && signature.kind === "function")
    names.set(name, { kind: "function", overloads: [...before.overloads, ...signature.overloads] });
  else names.set(name, signature);
}
