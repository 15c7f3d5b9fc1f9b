/** As much of the GraphQL language as clients of GitHub write: operations, fields, fragments, variables. */

export type Literal =
  | { readonly variable: string }
  | { readonly value: unknown }
  | { readonly list: readonly Literal[] }
  | { readonly fields: Readonly<Record<string, Literal>> };

export interface Field {
  readonly kind: "field";
  readonly name: string;
  readonly alias: string;
  readonly args: Readonly<Record<string, Literal>>;
  readonly selection: readonly Selection[];
}

export type Selection =
  | Field
  | { readonly kind: "inline"; readonly on: string | null; readonly selection: readonly Selection[] }
  | { readonly kind: "spread"; readonly name: string };

export interface Fragment {
  readonly on: string;
  readonly selection: readonly Selection[];
}

export interface Operation {
  readonly type: "query" | "mutation";
  readonly defaults: Readonly<Record<string, Literal>>;
  readonly required: readonly string[];
  readonly selection: readonly Selection[];
}

export class SyntaxProblem extends Error {}

const pattern =
  /[\s,]+|#[^\n]*|(\.\.\.|[A-Za-z_]\w*|"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|-?\d+(?:\.\d+)?|[{}()[\]:=!$@])/y;

function tokens(source: string): string[] {
  const found: string[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < source.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(source);
    if (!match) throw new SyntaxProblem(`Unexpected character ${JSON.stringify(source[at])}`);
    if (match[1] !== undefined) found.push(match[1]);
  }
  return found;
}

/** The operation of a document (one is allowed) and its fragments. @throws SyntaxProblem */
export function parseDocument(source: string): { operation: Operation; fragments: Map<string, Fragment> } {
  const reader = new Reader(tokens(source));
  const fragments = new Map<string, Fragment>();
  let operation: Operation | null = null;
  while (!reader.ended) {
    if (reader.peek() === "fragment") {
      reader.take("fragment");
      const name = reader.name();
      reader.take("on");
      fragments.set(name, { on: reader.name(), selection: reader.selection() });
      continue;
    }
    if (operation) throw new SyntaxProblem("The simulator takes one operation in a document.");
    operation = reader.operation();
  }
  if (!operation) throw new SyntaxProblem("There is no operation in the document.");
  return { operation, fragments };
}

class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(all: readonly string[]) {
    this.#tokens = all;
  }

  get ended(): boolean {
    return this.#at >= this.#tokens.length;
  }

  peek(): string {
    return this.#tokens[this.#at] ?? "the end";
  }

  take(expected?: string): string {
    const token = this.peek();
    if (this.ended || (expected !== undefined && token !== expected)) {
      throw new SyntaxProblem(`Expected ${expected ?? "more"}, found ${token}.`);
    }
    this.#at += 1;
    return token;
  }

  /** Whether the next one is this, which is taken then. */
  has(token: string): boolean {
    if (this.peek() !== token) return false;
    this.#at += 1;
    return true;
  }

  name(): string {
    const token = this.take();
    if (!/^[A-Za-z_]/.test(token)) throw new SyntaxProblem(`Expected a name, found ${token}.`);
    return token;
  }

  operation(): Operation {
    if (this.peek() === "{") {
      return { type: "query", defaults: {}, required: [], selection: this.selection() };
    }
    const type = this.name();
    if (type !== "query" && type !== "mutation") throw new SyntaxProblem(`"${type}" is not simulated.`);
    if (this.peek() !== "(" && this.peek() !== "{") this.name();
    const { defaults, required } = this.#variables();
    return { type, defaults, required, selection: this.selection() };
  }

  #variables() {
    const defaults: Record<string, Literal> = {};
    const required: string[] = [];
    if (!this.has("(")) return { defaults, required };
    while (!this.has(")")) {
      this.take("$");
      const name = this.name();
      this.take(":");
      const must = this.#type();
      if (this.has("=")) defaults[name] = this.literal();
      else if (must) required.push(name);
    }
    return { defaults, required };
  }

  /** Whether it may not be null. */
  #type(): boolean {
    if (this.has("[")) {
      this.#type();
      this.take("]");
    } else this.name();
    return this.has("!");
  }

  selection(): Selection[] {
    const all: Selection[] = [];
    this.take("{");
    while (!this.has("}")) all.push(this.#selected());
    return all;
  }

  #selected(): Selection {
    if (!this.has("...")) return this.#field();
    if (this.peek() === "{") return { kind: "inline", on: null, selection: this.selection() };
    if (!this.has("on")) return { kind: "spread", name: this.name() };
    return { kind: "inline", on: this.name(), selection: this.selection() };
  }

  #field(): Field {
    const first = this.name();
    const name = this.has(":") ? this.name() : first;
    const args = this.has("(") ? this.#pairs(")") : {};
    const selection = this.peek() === "{" ? this.selection() : [];
    return { kind: "field", name, alias: first, args, selection };
  }

  #pairs(end: string): Record<string, Literal> {
    const pairs: Record<string, Literal> = {};
    while (!this.has(end)) {
      const name = this.name();
      this.take(":");
      pairs[name] = this.literal();
    }
    return pairs;
  }

  literal(): Literal {
    if (this.has("$")) return { variable: this.name() };
    if (this.has("{")) return { fields: this.#pairs("}") };
    if (this.has("[")) {
      const list: Literal[] = [];
      while (!this.has("]")) list.push(this.literal());
      return { list };
    }
    const token = this.take();
    if (token.startsWith('"""')) return { value: token.slice(3, -3).trim() };
    if (token.startsWith('"') || /^-?\d/.test(token)) return { value: JSON.parse(token) };
    // What is left is true, false, null or the name of an enumeration.
    const words: Readonly<Record<string, unknown>> = { true: true, false: false, null: null };
    return { value: token in words ? words[token] : token };
  }
}
