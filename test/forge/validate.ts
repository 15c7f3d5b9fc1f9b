import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";

type Json = Readonly<Record<string, unknown>>;

/** What one request asked and was answered, by the contract's name of its path. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined when there was none. */
  readonly body: unknown;
  readonly status: number;
  readonly answer: unknown;
}

/** Holds requests and answers against a platform's OpenAPI. */
export interface Validator {
  readonly validated: boolean;
  readonly violations: string[];
  /** Requests whose path the (trimmed) contract does not have, each once. */
  readonly unchecked: Set<string>;
  check(exchange: Exchange): void;
}

/** Reading and compiling a contract takes longer than most tests: one of each for a process. */
const books = new Map<string, Book>();

const contracts = join(import.meta.dirname, "../../../shared/contracts");

/** A validator of the contract at this path below the contracts; one that checks nothing without it. */
export function validatorOf(contract: string, quirks: Quirks): Validator {
  const file = join(contracts, contract);
  const violations: string[] = [];
  const unchecked = new Set<string>();
  if (!existsSync(file)) return { validated: false, violations, unchecked, check: () => undefined };
  const book = books.get(file) ?? contractBook(JSON.parse(readFileSync(file, "utf8")) as Json, quirks);
  books.set(file, book);
  const check = (exchange: Exchange) => {
    const name = `${exchange.method} ${exchange.path}`;
    const operation = book.operation(exchange.method, exchange.path);
    if (!operation) {
      unchecked.add(name);
      return;
    }
    for (const found of [
      ...wrongQuery(book, operation, exchange),
      ...wrongBody(book, operation, exchange),
      ...wrongAnswer(book, operation, exchange),
    ]) {
      violations.push(`${name}: ${found}`);
    }
  };
  return { validated: true, violations, unchecked, check };
}

/** Whether the server is written in Go: absent lists, objects and times are null, names have no case. */
export interface Quirks {
  readonly go: boolean;
}

interface Book {
  readonly quirks: Quirks;
  operation(method: string, path: string): Json | null;
  resolve(node: unknown): Json;
  /** For an answer, or for a request, which may have no field that the contract does not name. */
  compile(schema: Json, use: "answer" | "request"): ValidateFunction;
}

function contractBook(document: Json, quirks: Quirks): Book {
  const uses = {
    answer: new Ajv({ strict: false, validateFormats: false, allErrors: true }),
    request: new Ajv({ strict: false, validateFormats: false, allErrors: true }),
  };
  const converted = { answer: converter(quirks.go, false), request: converter(false, true) };
  for (const use of ["answer", "request"] as const) {
    uses[use].addSchema({ $id: "doc", components: converted[use](document.components) });
  }
  const known = new Map<Json, ValidateFunction>();
  const resolve = (node: unknown): Json => {
    const ref = (node as Json | undefined)?.$ref;
    if (typeof ref !== "string") return (node ?? {}) as Json;
    return resolve(
      ref
        .slice(2)
        .split("/")
        .reduce((at, key) => at[key] as Json, document),
    );
  };
  return {
    ...{ quirks, resolve },
    operation: (method, path) => {
      const at = (document.paths as Record<string, Json>)[path];
      return (at?.[method.toLowerCase()] as Json | undefined) ?? null;
    },
    compile: (schema, use) => {
      const there = known.get(schema);
      if (there) return there;
      const made = uses[use].compile(converted[use](schema) as Json);
      known.set(schema, made);
      return made;
    },
  };
}

/** OpenAPI 3.0 as JSON Schema: `nullable` is a type of its own there, and references need a document. */
function converter(goNulls: boolean, closed: boolean): (node: unknown) => unknown {
  const convert = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(convert);
    if (typeof node !== "object" || node === null) return node;
    const { nullable, discriminator: _, ...rest } = node as Json;
    const made: Record<string, unknown> = Object.fromEntries(
      Object.entries(rest).map(([key, value]) => [key, key === "enum" ? value : convert(value)]),
    );
    if (nullable === true && (made.allOf as unknown[] | undefined)?.length !== 1 && made.allOf) {
      // GitHub's "one of these, or null" is written so in its older form, as no account is all of them.
      made.anyOf = made.allOf;
      delete made.allOf;
    }
    if (!closed && made.oneOf) {
      // Errors of GitHub fit several descriptions at once, in which nothing is required.
      made.anyOf = made.oneOf;
      delete made.oneOf;
    }
    if (goNulls && typeof made.properties === "object") made.properties = withPointers(made.properties);
    if (typeof made.$ref === "string") made.$ref = `doc${made.$ref}`;
    const composed = "allOf" in made || "oneOf" in made || "anyOf" in made;
    const isSchema = made.type === "object" && typeof made.properties === "object";
    if (closed && isSchema && !composed) made.additionalProperties ??= false;
    const mayBeNull =
      goNulls && (made.type === "array" || "$ref" in made || made.format === "date-time" || isSchema);
    return nullable === true || mayBeNull ? { anyOf: [made, { type: "null" }] } : made;
  };
  return convert;
}

/** Texts that Gitea holds as pointers, which the description does not tell; `modules/structs` does. */
const pointers = new Set([
  ...["merge_commit_sha", "content", "encoding", "target", "submodule_git_url"],
  ...["download_url", "git_url", "html_url", "lfs_oid"],
]);

function withPointers(properties: unknown): Json {
  const entries = Object.entries(properties as Json).map(([name, schema]) =>
    pointers.has(name) ? [name, { anyOf: [schema, { type: "null" }] }] : [name, schema],
  );
  return Object.fromEntries(entries);
}

function wrongQuery(book: Book, operation: Json, { query }: Exchange): string[] {
  const known = new Set(
    ((operation.parameters ?? []) as Json[]).map((one) => String(book.resolve(one).name)),
  );
  return [...query.keys()]
    .filter((name) => !known.has(name))
    .map((name) => `the query "${name}" is not in the contract`);
}

function schemaOf(book: Book, holder: unknown): Json | null {
  const content = (book.resolve(holder).content ?? {}) as Record<string, Json>;
  const schema = content["application/json"]?.schema;
  return schema === undefined ? null : (schema as Json);
}

function wrongBody(book: Book, operation: Json, { body, status }: Exchange): string[] {
  // What was refused may be wrong: that is what the refusal is for.
  if (status >= 400) return [];
  const schema = operation.requestBody ? schemaOf(book, operation.requestBody) : null;
  if (body === undefined) {
    const needed = book.resolve(operation.requestBody).required === true;
    return needed ? ["the contract wants a body"] : [];
  }
  if (!schema) return ["the contract knows no body"];
  const fields = (book.resolve(schema).properties ?? {}) as Json;
  return told(book.compile(schema, "request"), book.quirks.go ? caseless(body, fields) : body, "request");
}

/** Go takes a field in any case. */
function caseless(body: unknown, fields: Json): unknown {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
  const names = new Map(Object.keys(fields).map((name) => [name.toLowerCase(), name]));
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [names.get(name.toLowerCase()) ?? name, value]),
  );
}

/** Gitea answers with a list for a folder; its description knows files alone. */
const listsToo = "/repos/{owner}/{repo}/contents/{filepath}";

function wrongAnswer(book: Book, operation: Json, { path, status, answer }: Exchange): string[] {
  const responses = operation.responses as Record<string, unknown>;
  const response = responses[String(status)];
  if (!response) return status < 400 ? [`the contract knows no answer ${status}`] : [];
  const schema = schemaOf(book, response);
  if (!schema) return [];
  const validate = book.compile(schema, "answer");
  const all = path === listsToo && Array.isArray(answer) ? answer : [answer];
  return all.flatMap((one) => told(validate, one, `answer ${status}`));
}

/** Complaints shown of one request or answer; the rest says the same again. */
const complaintsMax = 4;

function told(validate: ValidateFunction, value: unknown, what: string): string[] {
  if (validate(value)) return [];
  const errors = (validate.errors ?? []).filter(({ keyword }) => keyword !== "anyOf" && keyword !== "null");
  return errors.slice(0, complaintsMax).map(({ instancePath, message, params }) => {
    const extra = (params as { additionalProperty?: string }).additionalProperty;
    return `${what}${instancePath} ${message}${extra === undefined ? "" : ` (${extra})`}`;
  });
}
