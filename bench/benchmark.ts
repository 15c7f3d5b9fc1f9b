/** What the project wants of a figure. Printed, never asserted. */
export type Aim = { of: "median" | "p95" | "p99"; most: number } | { of: "median"; least: number };

/** One measured thing. Values are kept one by one, so that a reader may do their own sums. */
export interface Figure {
  /** What was measured, with the place at which it was: "append, over HTTP, one object". */
  name: string;
  unit: "ms" | "per s" | "MB" | "KB" | "x" | "n";
  values: readonly number[];
  /** Null where nothing is promised. */
  aim: Aim | null;
}

export function figure(
  name: string,
  unit: Figure["unit"],
  values: readonly number[],
  aim: Aim | null = null,
): Figure {
  return { name, unit, values, aim };
}

/** A benchmark starts what it needs, measures, and leaves nothing running. */
export interface Benchmark {
  name: string;
  /** One line: what is measured, and how. */
  says: string;
  run(): Promise<Figure[]>;
}
