import { z } from "zod";

export type JsonSchema = Record<string, unknown>;

/**
 * Keywords that the providers' structured output refuses. What they say is checked by our own schema when
 * the answer is parsed.
 */
const unsentKeywords: ReadonlySet<string> = new Set([
  "$schema",
  "default",
  "examples",
  "exclusiveMaximum",
  "exclusiveMinimum",
  "format",
  "maxItems",
  "maxLength",
  "maximum",
  "minItems",
  "minLength",
  "minimum",
  "multipleOf",
  "pattern",
  "propertyNames",
]);

/**
 * A zod schema as the JSON Schema that providers accept for structured output: closed objects whose
 * properties are all required. Throws for what cannot be said there: an optional property (make it
 * nullable) and a free record.
 */
export function outputSchemaOf(schema: z.ZodType): JsonSchema {
  return closed(z.toJSONSchema(schema) as JsonSchema, "answer");
}

function closed(schema: JsonSchema, at: string): JsonSchema {
  const sent = Object.fromEntries(Object.entries(schema).filter(([keyword]) => !unsentKeywords.has(keyword)));
  // zod says "or null" by a list of types, which not every provider reads; all of them know a choice.
  if (Array.isArray(sent.type)) return choice(sent, sent.type, at);
  if (sent.type === "object") return closedObject(sent, at);
  if (isSchema(sent.items)) sent.items = closed(sent.items, `${at}[]`);
  if (Array.isArray(sent.anyOf))
    sent.anyOf = sent.anyOf.map((one, n) => closed(one as JsonSchema, `${at}|${n}`));
  return sent;
}

function choice({ description, ...schema }: JsonSchema, types: readonly unknown[], at: string): JsonSchema {
  const anyOf = types.map((type) => (type === "null" ? { type } : closed({ ...schema, type }, at)));
  return description === undefined ? { anyOf } : { description, anyOf };
}

function closedObject(schema: JsonSchema, at: string): JsonSchema {
  const properties = isSchema(schema.properties) ? schema.properties : {};
  const names = Object.keys(properties);
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const optional = names.find((name) => !required.has(name));
  if (optional !== undefined)
    throw new Error(`${at}.${optional} is optional, which structured output cannot say; make it nullable.`);
  if (isSchema(schema.additionalProperties))
    throw new Error(`${at} is a free record, which structured output cannot say; make it a list of pairs.`);
  return {
    ...schema,
    properties: Object.fromEntries(
      names.map((name) => [name, closed(properties[name] as JsonSchema, `${at}.${name}`)]),
    ),
    required: names,
    additionalProperties: false,
  };
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
