import type { z } from "zod";

/** What of zod's own description a shape is made of. */
interface Def {
  type: string;
  innerType?: z.ZodType;
  element?: z.ZodType;
  keyType?: z.ZodType;
  valueType?: z.ZodType;
  in?: z.ZodType;
  options?: z.ZodType[];
  shape?: Record<string, z.ZodType>;
  values?: unknown[];
  entries?: Record<string, unknown>;
}

/** Schemas that are written by their name instead of in full. */
export type Names = ReadonlyMap<unknown, string>;

/**
 * A schema as a reader of TypeScript would write its type: `{ path: string, line?: number }`.
 * @throws Error for a kind of schema that is not known here, so that no page is silently wrong
 */
export function shapeOf(schema: z.ZodType, names: Names = new Map()): string {
  const name = names.get(schema);
  return name ?? inFull(schema, names);
}

/** The same, but the outermost schema itself is written in full even when it has a name. */
export function inFull(schema: z.ZodType, names: Names): string {
  const def = schema.def as unknown as Def;
  const inner = (one: z.ZodType | undefined) => (one ? shapeOf(one, names) : "unknown");
  switch (def.type) {
    case "object":
      return objectOf(def.shape ?? {}, names);
    case "array":
      return listOf(inner(def.element));
    case "nullable":
      return `${inner(def.innerType)} | null`;
    case "optional":
    case "default":
    case "catch":
      return inner(def.innerType);
    case "pipe":
      return inner(def.in);
    case "record":
      return `Record<${inner(def.keyType)}, ${inner(def.valueType)}>`;
    case "union":
      return (def.options ?? []).map(inner).join(" | ");
    case "enum":
      return Object.values(def.entries ?? {})
        .map(quoted)
        .join(" | ");
    case "literal":
      return (def.values ?? []).map(quoted).join(" | ");
    case "string":
    case "number":
    case "boolean":
    case "unknown":
      return def.type;
    default:
      throw new Error(`scripts/docs/shape.ts cannot write a schema of type ${def.type} yet; add it there`);
  }
}

/** The fields of an object schema, each with its shape and whether it may be left out. */
export function fieldsOf(schema: z.ZodType, names: Names) {
  const shape = (schema.def as unknown as Def).shape ?? {};
  return Object.entries(shape).map(([name, field]) => {
    const { type } = field.def as unknown as Def;
    const optional = type === "optional" || type === "default";
    return { name, optional, shape: shapeOf(field, names), says: field.description ?? "" };
  });
}

function objectOf(shape: Record<string, z.ZodType>, names: Names): string {
  const fields = Object.entries(shape).map(([name, field]) => {
    const { type } = field.def as unknown as Def;
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
    return `${key}${type === "optional" || type === "default" ? "?" : ""}: ${shapeOf(field, names)}`;
  });
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}

function listOf(element: string): string {
  return /[|&]/.test(element) && !element.startsWith("{") ? `(${element})[]` : `${element}[]`;
}

function quoted(value: unknown): string {
  return typeof value === "string" ? `"${value}"` : String(value);
}
