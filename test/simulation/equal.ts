/** Pairs that were found equal: states share most of what they hold with the state before. */
const known = new WeakMap<object, object>();

/** Are two plain values the same as JSON? What is undefined counts as absent. */
export function sameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (known.get(one) === other) return true;
  const same = Array.isArray(one) || Array.isArray(other) ? sameList(one, other) : sameMembers(one, other);
  if (same) known.set(one, other);
  return same;
}

function sameList(one: unknown, other: unknown): boolean {
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 1) if (!sameJson(one[at], other[at])) return false;
  return true;
}

function sameMembers(one: object, other: object): boolean {
  const [a, b] = [one as Record<string, unknown>, other as Record<string, unknown>];
  for (const key in a) if (!sameJson(a[key], b[key])) return false;
  for (const key in b) if (a[key] === undefined && b[key] !== undefined) return false;
  return true;
}
