import type { Field, Fragment, Literal, Operation, Selection } from "./graphql-language.ts";

/** An object of the schema: its type, and its fields as values or as functions of their arguments. */
export interface Node {
  readonly __typename: string;
  readonly [field: string]: unknown;
}

type Args = Readonly<Record<string, unknown>>;
export type Resolver = (args: Args) => unknown;

/** Something that GitHub lists below `errors`, with a status of 200. */
export class FieldProblem extends Error {
  readonly type: string | null;

  constructor(message: string, type: string | null = null) {
    super(message);
    this.type = type;
  }
}

export interface Running {
  readonly operation: Operation;
  readonly fragments: ReadonlyMap<string, Fragment>;
  readonly variables: Args;
}

/** Reads a literal, with variables put in. */
function literalValue(literal: Literal, { operation, variables }: Running): unknown {
  const running = { operation, variables, fragments: new Map() };
  if ("value" in literal) return literal.value;
  if ("list" in literal) return literal.list.map((one) => literalValue(one, running));
  if ("fields" in literal) {
    return Object.fromEntries(
      Object.entries(literal.fields).map(([name, one]) => [name, literalValue(one, running)]),
    );
  }
  if (literal.variable in variables) return variables[literal.variable];
  const fallback = operation.defaults[literal.variable];
  return fallback ? literalValue(fallback, running) : undefined;
}

/** What was asked of a node. @throws FieldProblem for a field that the simulated schema does not have */
export async function runSelection(
  node: Node,
  selection: readonly Selection[],
  running: Running,
): Promise<Record<string, unknown>> {
  const answer: Record<string, unknown> = {};
  for (const one of selection) {
    if (one.kind === "field") {
      answer[one.alias] = await runField(node, one, running);
      continue;
    }
    const fragment = one.kind === "spread" ? running.fragments.get(one.name) : one;
    if (!fragment)
      throw new FieldProblem(`Fragment ${(one as { name: string }).name} was used, but not defined`);
    const fits =
      fragment.on === null || [node.__typename, ...((node.kinds as string[]) ?? [])].includes(fragment.on);
    if (fits) Object.assign(answer, await runSelection(node, fragment.selection, running));
  }
  return answer;
}

async function runField(node: Node, field: Field, running: Running): Promise<unknown> {
  if (!Object.hasOwn(node, field.name) || field.name === "kinds") {
    const message = `Field '${field.name}' doesn't exist on type '${node.__typename}'`;
    throw new FieldProblem(message, "undefinedField");
  }
  const args = Object.fromEntries(
    Object.entries(field.args).map(([name, literal]) => [name, literalValue(literal, running)]),
  );
  const held = node[field.name];
  const value = await (typeof held === "function" ? (held as Resolver)(args) : held);
  return shaped(value, field, running, node);
}

async function shaped(value: unknown, field: Field, running: Running, node: Node): Promise<unknown> {
  if (Array.isArray(value)) {
    return Promise.all(value.map((one) => shaped(one, field, running, node)));
  }
  if (typeof value === "object" && value !== null) {
    if (field.selection.length === 0) {
      throw new FieldProblem(
        `Field must have selections (field '${field.name}' returns ${(value as Node).__typename})`,
      );
    }
    return runSelection(value as Node, field.selection, running);
  }
  if (value !== null && field.selection.length > 0) {
    throw new FieldProblem(`Selections can't be made on scalars (field '${field.name}')`);
  }
  return value ?? null;
}

/** A connection over a list, which wants to know how many, as GitHub does. */
export function connection<T>(type: string, items: readonly T[], of: (item: T) => Node): Resolver {
  return ({ first, last, after }) => {
    if (typeof first !== "number" && typeof last !== "number") {
      throw new FieldProblem(
        "You must provide a `first` or `last` value to properly paginate.",
        "MISSING_PAGINATION_BOUNDARIES",
      );
    }
    const size = Number(first ?? last);
    if (size < 1 || size > 100) {
      throw new FieldProblem(`Requesting ${size} records exceeds the limit of 100 records.`);
    }
    const from =
      typeof after === "string" ? Number(Buffer.from(after, "base64").toString().split(":")[1]) : 0;
    const start = typeof first === "number" ? from : Math.max(0, items.length - size);
    const shown = items.slice(start, start + size);
    const cursor = (at: number) => Buffer.from(`cursor:${at}`).toString("base64");
    const nodes = shown.map(of);
    return {
      ...{ __typename: type, totalCount: items.length, nodes },
      edges: nodes.map((node, at) => ({ __typename: `${type}Edge`, node, cursor: cursor(start + at + 1) })),
      pageInfo: {
        ...{ __typename: "PageInfo", hasNextPage: start + size < items.length, hasPreviousPage: start > 0 },
        startCursor: shown.length === 0 ? null : cursor(start + 1),
        endCursor: shown.length === 0 ? null : cursor(start + shown.length),
      },
    };
  };
}
