import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SeenRequest } from "./wire-server.ts";

/**
 * Gitea's own description of its API, where it lies beside the project: requests are held against it. In a
 * clone without it, nothing is found wrong.
 */
const file = join(import.meta.dirname, "../../../shared/contracts/gitea/openapi3.trimmed.json");
export const isThere = existsSync(file);

interface Schema {
  $ref?: string;
  type?: string;
  enum?: unknown[];
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  allOf?: Schema[];
}
interface Operation {
  parameters?: { in: string; name: string }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}
interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

const description: Description = isThere
  ? (JSON.parse(readFileSync(file, "utf8")) as Description)
  : { paths: {}, components: { schemas: {} } };

/** What in a request Gitea does not document; what its merge was called before small letters is known. */
export function problemsOf(request: SeenRequest, outside: readonly string[]): string[] {
  const url = new URL(request.path, "http://gitea.test");
  const path = url.pathname.replace("/api/v1", "");
  const name = `${request.method} ${path}`;
  if (!isThere || outside.includes(name)) return [];
  const operation = operationFor(request.method.toLowerCase(), path);
  if (operation === null) return [`${name} is not documented`];
  const known = (operation.parameters ?? []).map((parameter) => parameter.name);
  const strange = [...url.searchParams.keys()].filter((key) => !known.includes(key) && !isPaging(key));
  const schema = operation.requestBody?.content["application/json"]?.schema;
  const body = request.body === null || !schema ? [] : wrong(named(request.body), schema, name);
  return [...strange.map((key) => `${name}: ?${key} is not documented`), ...body];
}

/** Lists without pages leave these. */
const isPaging = (key: string) => key === "page" || key === "limit";

/** Go's JSON takes names in any case; the description has the small ones only. */
function named(body: unknown): unknown {
  const { Do, ...rest } = body as { Do?: unknown };
  return Do === undefined ? body : { do: Do, ...rest };
}

function operationFor(method: string, path: string): Operation | null {
  for (const [template, operations] of Object.entries(description.paths)) {
    // Files, branches and comparisons are several segments long.
    const source = template
      .replace(/\./g, "\\.")
      .replace(/\{(filepath|branch|basehead)\}/g, ".+")
      .replace(/\{\w+\}/g, "[^/]+?");
    const operation = operations[method];
    if (operation && new RegExp(`^${source}$`).test(path)) return operation;
  }
  return null;
}

function wrong(value: unknown, given: Schema, where: string): string[] {
  const schema = resolved(given);
  if (schema.enum && !schema.enum.includes(value)) return [`${where}: ${String(value)} is no choice`];
  if (schema.type === "array") {
    if (!Array.isArray(value)) return [`${where} is no list`];
    return value.flatMap((item, n) => (schema.items ? wrong(item, schema.items, `${where}.${n}`) : []));
  }
  if (schema.properties) return wrongFields(value as Record<string, unknown>, schema, where);
  const type = schema.type === "integer" ? "number" : schema.type;
  const isPlain = type === "string" || type === "number" || type === "boolean";
  return isPlain && typeof value !== type ? [`${where} is no ${type}`] : [];
}

/** Names in capitals are those of older versions, which come along. */
function wrongFields(value: Record<string, unknown>, schema: Schema, where: string): string[] {
  const missing = (schema.required ?? []).filter((field) => value[field] === undefined);
  return [
    ...missing.map((field) => `${where}.${field} is missing`),
    ...Object.entries(value).flatMap(([field, held]) => {
      const known = schema.properties?.[field];
      if (known) return wrong(held, known, `${where}.${field}`);
      return /^Merge/.test(field) ? [] : [`${where}.${field} is not documented`];
    }),
  ];
}

function resolved(schema: Schema): Schema {
  const target = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (target === undefined) return schema;
  return resolved(description.components.schemas[target.split("/").at(-1) ?? ""] ?? {});
}
