/**
 * Canonical JSON as in RFC 8785 (JCS): members sorted by UTF-16 code units, no white space, numbers and
 * strings as ECMAScript writes them. Members that are `undefined` are left out, as JSON does. Throws on
 * what JSON cannot hold (NaN, infinities, functions, lone surrogates are kept escaped by JSON.stringify).
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON form`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    let items = "";
    for (const item of value) items += `${items === "" ? "" : ","}${canonicalJson(item ?? null)}`;
    return `[${items}]`;
  }
  if (typeof value === "object") {
    let members = "";
    const object = value as Record<string, unknown>;
    // Without a comparison of its own `sort` compares UTF-16 code units, as the standard wants it.
    for (const name of Object.keys(object).sort()) {
      const member = object[name];
      if (member === undefined) continue;
      members += `${members === "" ? "" : ","}${JSON.stringify(name)}:${canonicalJson(member)}`;
    }
    return `{${members}}`;
  }
  throw new TypeError(`${typeof value} has no JSON form`);
}
