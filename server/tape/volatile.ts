import { withoutVolatile } from "@tamma/core/domain/audit/volatile-text.ts";

/** What differs from run to run, taken out of every string inside a value; names of members stay. */
export function valueWithoutVolatile(value: unknown): unknown {
  if (typeof value === "string") return withoutVolatile(value);
  if (Array.isArray(value)) return value.map(valueWithoutVolatile);
  if (value === null || typeof value !== "object") return value;
  const members = Object.entries(value).map(([name, member]) => [name, valueWithoutVolatile(member)]);
  return Object.fromEntries(members);
}
