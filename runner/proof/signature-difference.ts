import type { Callable, Parameter, Signature } from "./declared.ts";

export interface Difference {
  what: string;
  breaking: boolean;
}

/** What changed for the callers between two signatures of one name; empty when nothing did. */
export function differences(before: Signature, after: Signature): Difference[] {
  if (before.kind === "function" && after.kind === "function")
    return overloadDifferences(before.overloads, after.overloads);
  if (before.kind === "class" && after.kind === "class")
    return [
      ...constructDifferences(before.construct, after.construct),
      ...memberDifferences(before.members, after.members, "class"),
      ...textDifference("heritage", before.heritage, after.heritage),
    ];
  if (before.kind === "interface" && after.kind === "interface")
    return [
      ...memberDifferences(before.members, after.members, "interface"),
      ...textDifference("heritage", before.heritage, after.heritage),
    ];
  if (before.kind === "value" && after.kind === "value")
    return [
      ...textDifference("type", before.type, after.type),
      ...(before.optional === after.optional
        ? []
        : [{ what: after.optional ? "became optional" : "became required", breaking: true }]),
    ];
  if (before.kind === "type" && after.kind === "type") return textDifference("type", before.text, after.text);
  // A value of unknown make that becomes known (or the other way round) tells nothing about its callers.
  if (
    (before.kind === "value" && before.type === null) ||
    (after.kind === "value" && after.type === null && before.kind === "value")
  )
    return [];
  return [{ what: `was a ${before.kind}, is a ${after.kind}`, breaking: true }];
}

function overloadDifferences(before: readonly Callable[], after: readonly Callable[]): Difference[] {
  const [old, now] = [before[0], after[0]];
  if (before.length === 1 && after.length === 1 && old && now) return callableDifferences(old, now);
  const text = (one: Callable) => JSON.stringify(one);
  const kept = before.every((one) => after.some((other) => text(one) === text(other)));
  if (kept && before.length === after.length) return [];
  return [{ what: kept ? "overload added" : "overloads changed", breaking: !kept }];
}

function constructDifferences(before: Callable | null, after: Callable | null): Difference[] {
  const none: Callable = { parameters: [], returns: null, typeParameters: "", async: false };
  return callableDifferences(before ?? none, after ?? none).map(({ what, breaking }) => ({
    what: `constructor: ${what}`,
    breaking,
  }));
}

function callableDifferences(before: Callable, after: Callable): Difference[] {
  const found = parameterDifferences(before.parameters, after.parameters);
  found.push(...textDifference("return type", before.returns, after.returns));
  found.push(...textDifference("type parameters", before.typeParameters, after.typeParameters));
  if (before.async !== after.async && before.returns === after.returns && before.returns === null)
    found.push({
      what: after.async ? "now answers with a promise" : "no longer answers with a promise",
      breaking: true,
    });
  return found;
}

function parameterDifferences(before: readonly Parameter[], after: readonly Parameter[]): Difference[] {
  const found: Difference[] = [];
  const oldNames = before.map((one) => one.name);
  const newNames = after.map((one) => one.name);
  const gone = oldNames.filter((name) => !newNames.includes(name));
  const fresh = newNames.filter((name) => !oldNames.includes(name));
  const renamed = new Map<string, string>();
  // The same place, another name, the same type: callers by position see no difference.
  before.forEach((old, at) => {
    const now = after[at];
    if (now && gone.includes(old.name) && fresh.includes(now.name) && old.type === now.type)
      renamed.set(now.name, old.name);
  });
  const replaced = new Set(renamed.values());
  for (const name of gone)
    if (!replaced.has(name)) found.push({ what: `parameter \`${name}\` removed`, breaking: true });
  after.forEach((now, at) => {
    const oldName = renamed.get(now.name);
    const old = before.find((one) => one.name === (oldName ?? now.name));
    if (!old) {
      const inside = at < before.length && before.slice(at).some((one) => newNames.includes(one.name));
      const how = inside ? " before others" : now.optional ? " (optional)" : "";
      found.push({ what: `parameter \`${now.name}\` added${how}`, breaking: inside || !now.optional });
      return;
    }
    if (oldName !== undefined)
      found.push({ what: `parameter \`${oldName}\` renamed to \`${now.name}\``, breaking: false });
    if (old.type !== now.type)
      found.push({
        what: `type of parameter \`${now.name}\` changed from ${say(old.type)} to ${say(now.type)}`,
        breaking: true,
      });
    if (old.optional !== now.optional)
      found.push({
        what: `parameter \`${now.name}\` is ${now.optional ? "optional" : "required"} now`,
        breaking: !now.optional,
      });
    if (old.rest !== now.rest)
      found.push({
        what: `parameter \`${now.name}\` takes ${now.rest ? "many values" : "one value"} now`,
        breaking: true,
      });
  });
  const kept = oldNames.filter((name) => newNames.includes(name));
  const order = newNames.filter((name) => kept.includes(name));
  if (kept.join() !== order.join())
    found.push({ what: `order of parameters changed to ${order.join(", ")}`, breaking: true });
  return found;
}

type Members = ReadonlyMap<string, Signature>;

function memberDifferences(before: Members, after: Members, kind: "class" | "interface"): Difference[] {
  const found: Difference[] = [];
  for (const [name, old] of before) {
    const now = after.get(name);
    if (!now) found.push({ what: `member \`${name}\` removed`, breaking: true });
    else
      found.push(
        ...differences(old, now).map(({ what, breaking }) => ({
          what: `member \`${name}\`: ${what}`,
          breaking,
        })),
      );
  }
  for (const [name, now] of after) {
    if (before.has(name)) continue;
    // Whoever implements an interface has to add what it requires; a class only offers more.
    const breaking = kind === "interface" && !(now.kind === "value" && now.optional);
    found.push({ what: `member \`${name}\` added`, breaking });
  }
  return found;
}

function textDifference(what: string, before: string | null, after: string | null): Difference[] {
  if (before === after) return [];
  return [{ what: `${what} changed from ${say(before)} to ${say(after)}`, breaking: true }];
}

/** Long types are told by their beginning. */
const shownCharsMax = 80;

function say(type: string | null): string {
  if (type === null || type === "") return "none";
  return `\`${type.length > shownCharsMax ? `${type.slice(0, shownCharsMax)}...` : type}\``;
}
