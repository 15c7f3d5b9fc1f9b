import { Refusal } from "./model/refusal.ts";
import type { Call } from "./state.ts";

/** Fields of a request's body, each refused with its name when it is not what it should be. */

type Body = Readonly<Record<string, unknown>>;

export function maybeText(body: Body, field: string): string | undefined {
  const value = body[field] ?? undefined;
  if (value === undefined || typeof value === "string") return value;
  throw new Refusal("validation", `${field} is not a string.`, field);
}

export function text(body: Body, field: string): string {
  const value = maybeText(body, field);
  if (value === undefined) throw new Refusal("validation", `${field} wasn't supplied.`, field);
  return value;
}

export function maybeFlag(body: Body, field: string): boolean | undefined {
  const value = body[field] ?? undefined;
  if (value === undefined || typeof value === "boolean") return value;
  throw new Refusal("validation", `${field} is not a boolean.`, field);
}

export function maybeNumber(body: Body, field: string): number | undefined {
  const value = body[field] ?? undefined;
  if (value === undefined || typeof value === "number") return value;
  throw new Refusal("validation", `${field} is not a number.`, field);
}

export function maybeList(body: Body, field: string): unknown[] | undefined {
  const value = body[field] ?? undefined;
  if (value === undefined || Array.isArray(value)) return value;
  throw new Refusal("validation", `${field} is not an array.`, field);
}

export function texts(body: Body, field: string): string[] {
  return (maybeList(body, field) ?? []).map((value) => {
    if (typeof value === "string") return value;
    throw new Refusal("validation", `${field} holds what is not a string.`, field);
  });
}

export function object(value: unknown, field: string): Body {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Body;
  throw new Refusal("validation", `${field} is not an object.`, field);
}

/** A number of the path. @throws Refusal `not-found` when it is none */
export function idOf(call: Call, name: string): number {
  const value = Number(call.params[name]);
  if (!Number.isSafeInteger(value) || value < 1) throw new Refusal("not-found", "Not Found");
  return value;
}

/** A time in the query in milliseconds; null when it is absent. */
export function timeOf(call: Call, name: string): number | null {
  const value = call.query.get(name);
  if (value === null) return null;
  const at = Date.parse(value);
  if (Number.isNaN(at)) throw new Refusal("validation", `${name} is no time.`, name);
  return at;
}

/** ISO 8601 in UTC, to the second, as both platforms write times. */
export function iso(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** The same for a time that may be absent. */
export function maybeIso(at: number | null): string | null {
  return at === null ? null : iso(at);
}

/** One page of a list. `fallback` and `most`: the platform's page size, and its largest. */
export function paged<T>(
  call: Call,
  items: readonly T[],
  how: { name: string; fallback: number; most: number },
) {
  const asked = Number(call.query.get(how.name) ?? how.fallback);
  const size = Math.min(how.most, Number.isSafeInteger(asked) && asked > 0 ? asked : how.fallback);
  const page = Math.max(1, Number(call.query.get("page") ?? 1) || 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const url = (to: number) => {
    const query = new URLSearchParams(call.query);
    query.set("page", String(to));
    return `<${call.state.apiUrl}${call.path.split("?")[0]}?${query}>`;
  };
  const links = [
    ...(page > 1 ? [`${url(page - 1)}; rel="prev"`] : []),
    ...(page < last ? [`${url(page + 1)}; rel="next"`, `${url(last)}; rel="last"`] : []),
    ...(page > 1 ? [`${url(1)}; rel="first"`] : []),
  ];
  const headers: Record<string, string> = links.length > 0 ? { link: links.join(", ") } : {};
  return { items: items.slice((page - 1) * size, page * size), headers };
}
