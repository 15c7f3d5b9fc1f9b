/** What goes wrong on purpose. */
export type Fault =
  /** An answer instead of the real one; nothing is done. A text is sent as it is. */
  | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  /** The platform's own refusal because of too many requests, until `resetAt` (milliseconds). */
  | { readonly rateLimit: { readonly resetAt: number } }
  /** GitHub's secondary limit; elsewhere a plain 429. Both with `retry-after`. */
  | { readonly secondaryLimitSeconds: number }
  /** The connection breaks: before the work is done, or after it, so that nobody hears of it. */
  | { readonly cut: "before" | "after" }
  /** The answer comes later. */
  | { readonly slowMs: number }
  /** A page of some proxy. */
  | { readonly page: number };

/** Which requests it meets. What is absent matches everything. */
export interface FaultMatch {
  readonly method?: string;
  /** The beginning of the path below the API's address, or a pattern for it; with its query. */
  readonly path?: string | RegExp;
  /** The n-th one that matches, counted from 1; absent: from the first on. */
  readonly nth?: number;
  /** How many times; absent: once. */
  readonly times?: number;
}

interface Planned {
  readonly match: FaultMatch;
  readonly fault: Fault;
  seen: number;
  left: number;
}

/** Faults that are planned, in the order in which they were. */
export class Faults {
  readonly #planned: Planned[] = [];

  add(match: FaultMatch, fault: Fault): void {
    this.#planned.push({ match, fault, seen: 0, left: match.times ?? 1 });
  }

  clear(): void {
    this.#planned.length = 0;
  }

  /** The fault of this request, or null. Counts it for every plan that it matches. */
  of(method: string, path: string): Fault | null {
    let hit: Fault | null = null;
    for (const plan of this.#planned) {
      if (!matches(plan.match, method, path)) continue;
      plan.seen += 1;
      if (hit || plan.left === 0 || plan.seen < (plan.match.nth ?? 1)) continue;
      plan.left -= 1;
      hit = plan.fault;
    }
    return hit;
  }
}

function matches({ method, path }: FaultMatch, ofMethod: string, ofPath: string): boolean {
  if (method !== undefined && method !== ofMethod) return false;
  if (path === undefined) return true;
  return typeof path === "string" ? ofPath.startsWith(path) : path.test(ofPath);
}
