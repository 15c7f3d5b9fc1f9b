import { canonicalJson } from "./canonical-json.ts";

/** One field that differs. `path` is a JSON Pointer (RFC 6901); `undefined` where the field is absent. */
export interface Difference {
  path: string;
  before: unknown;
  after: unknown;
}

/**
 * What differs between two JSON values, field by field, in the order of their paths. Objects are compared
 * by member and arrays by place; a value that changed its kind is one difference. Empty when the two are
 * the same.
 */
export function between(before: unknown, after: unknown): Difference[] {
  return differences("", before, after);
}

function differences(path: string, before: unknown, after: unknown): Difference[] {
  const [one, other] = [membersOf(before), membersOf(after)];
  if (one === null || other === null || Array.isArray(before) !== Array.isArray(after))
    return same(before, after) ? [] : [{ path, before, after }];
  // Arrays keep their order; members of objects have none, so that two folds are told alike.
  const names = [...new Set([...one.keys(), ...other.keys()])];
  if (!Array.isArray(before)) names.sort();
  return names.flatMap((name) => differences(`${path}/${escaped(name)}`, one.get(name), other.get(name)));
}

function membersOf(value: unknown): Map<string, unknown> | null {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)) : null;
}

function same(before: unknown, after: unknown): boolean {
  if (before === undefined || after === undefined) return before === after;
  return canonicalJson(before) === canonicalJson(after);
}

function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
