import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SeenRequest } from "./wire-server.ts";

/** What GitHub's OpenAPI description says of a request. It lies beside the repository, and not in it. */

const file = join(import.meta.dirname, "../../../shared/contracts/github/openapi.trimmed.json");

interface Schema {
  $ref?: string;
  type?: string | string[];
  nullable?: boolean;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  enum?: unknown[];
  oneOf?: Schema[];
  anyOf?: Schema[];
}
interface Operation {
  parameters?: { $ref?: string; in?: string; name?: string; required?: boolean }[];
  requestBody?: { content?: Record<string, { schema: Schema }> };
}
interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; parameters: Record<string, { in: string; name: string }> };
}

/** Null in a clone that has no contracts beside it: then nothing is compared. */
export const description: Description | null = existsSync(file)
  ? (JSON.parse(readFileSync(file, "utf8")) as Description)
  : null;

/** The description is trimmed: these are documented by GitHub, and left out of it. */
const leftOut = [
  ...["POST /graphql", "GET /app", "PATCH /repos/{owner}/{repo}/hooks/{hook_id}"],
  ...["GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries"],
  ...["POST /repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions"],
  ...["GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs"],
  ...["GET /repos/{owner}/{repo}/branches/{branch}/protection/required_status_checks"],
];

/** What in these requests GitHub does not document, in words. */
export function contractFaults(requests: readonly SeenRequest[]): string[] {
  return description === null
    ? []
    : requests.flatMap((request) => faultsOf(description as Description, request));
}

function faultsOf(description: Description, { method, path, body }: SeenRequest): string[] {
  const [plain = "", query = ""] = path.replace(/^\/api(\/v3)?(?=\/)/, "").split("?");
  if (leftOut.some((known) => matches(known.split(" "), [method, plain]))) return [];
  // A path with fewer holes fits better.
  const [template, operations] =
    Object.entries(description.paths)
      .filter(([known, found]) => found[method.toLowerCase()] && matches([method, known], [method, plain]))
      .sort(([one], [other]) => one.split("{").length - other.split("{").length)[0] ?? [];
  const operation = operations?.[method.toLowerCase()];
  if (!operation) return [`${method} ${plain} is not in the description`];
  const where = `${method} ${template}`;
  const names = (operation.parameters ?? []).map((parameter) => {
    const found = parameter.$ref && description.components.parameters[parameter.$ref.split("/").at(-1) ?? ""];
    return found ? found.name : (parameter.name ?? "");
  });
  const unknown = [...new URLSearchParams(query).keys()].filter((name) => !names.includes(name));
  const schema = operation.requestBody?.content?.["application/json"]?.schema;
  const faults = body === null || !schema ? [] : misfits(description, schema, body, "body");
  return [...unknown.map((name) => `query ${name}`), ...faults].map((fault) => `${where}: ${fault}`);
}

function matches([method, template = ""]: string[], [asked, path = ""]: string[]): boolean {
  const [parts, given] = [template.split("/"), path.split("/")];
  if (method !== asked || parts.length !== given.length) return false;
  return parts.every((part, n) => part.startsWith("{") || part === given[n]);
}

function misfits(description: Description, schema: Schema, value: unknown, where: string): string[] {
  if (schema.$ref) {
    const target = description.components.schemas[schema.$ref.split("/").at(-1) ?? ""];
    return target ? misfits(description, target, value, where) : [];
  }
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices && !schema.properties) {
    const all = choices.map((choice) => misfits(description, choice, value, where));
    return all.some((faults) => faults.length === 0) ? [] : (all[0] ?? []);
  }
  if (schema.enum && !schema.enum.includes(value)) return [`${where}: ${JSON.stringify(value)} is no choice`];
  if (!isOfType(schema, value)) return [`${where}: ${JSON.stringify(value)} is no ${schema.type}`];
  if (Array.isArray(value)) {
    return value.flatMap((item, n) => misfits(description, schema.items ?? {}, item, `${where}.${n}`));
  }
  if (typeof value !== "object" || value === null || !schema.properties) return [];
  const missing = (schema.required ?? []).filter((name) => !(name in value));
  return [
    ...missing.map((name) => `${where}.${name} is missing`),
    ...Object.entries(value).flatMap(([name, inner]) => {
      const known = schema.properties?.[name];
      if (known) return misfits(description, known, inner, `${where}.${name}`);
      return schema.additionalProperties ? [] : [`${where}.${name} is unknown`];
    }),
  ];
}

function isOfType({ type, nullable }: Schema, value: unknown): boolean {
  if (type === undefined || (value === null && nullable)) return true;
  const kind = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  const fits = (name: string) => name === kind || (name === "integer" && Number.isInteger(value));
  return typeof type === "string" ? fits(type) : type.some(fits);
}
