import type { Route } from "./state.ts";

/** Parts of a path that may hold slashes. */
const long = new Set(["path", "filepath", "ref", "basehead", "branch"]);

export interface Found {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Finds routes by method and path. More exact templates win over those whose parts may hold slashes.
 */
export function router(routes: readonly Route[]): (method: string, path: string) => Found | null {
  const compiled = routes.map((route) => ({ route, ...compile(route.path) })).sort((a, b) => b.rank - a.rank);
  return (method, path) => {
    for (const { route, pattern, names } of compiled) {
      const match = route.method === method ? pattern.exec(path) : null;
      if (!match) continue;
      const values = match.slice(1).map((value) => decodeURIComponent(value));
      return { route, params: Object.fromEntries(names.map((name, at) => [name, values[at] ?? ""])) };
    }
    return null;
  };
}

function compile(template: string): { pattern: RegExp; names: string[]; rank: number } {
  const names: string[] = [];
  let wide = 0;
  const source = template.replace(/\{(\w+)\}|[.*+?^$()|[\]\\]/g, (all, name?: string) => {
    if (name === undefined) return `\\${all}`;
    names.push(name);
    if (!long.has(name)) return "([^/]+?)";
    wide = 1;
    return "(.+)";
  });
  const fixed = template.replace(/\{\w+\}/g, "").length;
  return { pattern: new RegExp(`^${source}$`), names, rank: fixed - wide * 1000 - names.length * 0.01 };
}
