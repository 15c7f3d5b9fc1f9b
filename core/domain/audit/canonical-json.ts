/**
 * Canonical JSON as in RFC 8785 (JCS): members sorted by UTF-16 code units, no white space, numbers and
 * strings as ECMAScript writes them. Members that are `undefined` are left out, as JSON does. Throws on
 * what JSON cannot hold (NaN, infinities, functions, lone surrogates are kept escaped by JSON.stringify).
 *
 * Every event is written this way when it is sealed, so no lists are made on the way.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case "string":
    case "boolean":
      return JSON.stringify(value);
    case "number":
      if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON form`);
      return JSON.stringify(value);
    case "object":
      if (value === null) return "null";
      return Array.isArray(value) ? canonicalArray(value) : canonicalObject(value as Record<string, unknown>);
    default:
      throw new TypeError(`${typeof value} has no JSON form`);
  }
}

function canonicalArray(items: readonly unknown[]): string {
  let text = "";
  for (const item of items) text += `${text === "" ? "" : ","}${canonicalJson(item ?? null)}`;
  return `[${text}]`;
}

function canonicalObject(value: Record<string, unknown>): string {
  let members = "";
  for (const name of sorted(Object.keys(value))) {
    const member = value[name];
    if (member === undefined) continue;
    members += `${members === "" ? "" : ","}${written(name)}:${canonicalJson(member)}`;
  }
  return `{${members}}`;
}

/** By UTF-16 code units, which is how `<` and a `sort` without a rule of its own compare. Most are sorted. */
function sorted(names: string[]): string[] {
  for (let at = 1; at < names.length; at += 1)
    if ((names[at] as string) < (names[at - 1] as string)) return names.sort();
  return names;
}

/** Names of members as JSON writes them: a few hundred of ours, again and again. */
const writtenNames = new Map<string, string>();
/** Names of others (paths, for one) have no end; what is remembered has. */
const namesMax = 2_000;

function written(name: string): string {
  const known = writtenNames.get(name);
  if (known !== undefined) return known;
  const text = JSON.stringify(name);
  if (writtenNames.size < namesMax) writtenNames.set(name, text);
  return text;
}
