/** One measured thing. Values are kept one by one, so that a reader may do their own sums. */
export interface Figure {
  /** What was measured, with the place at which it was: "append, over HTTP, one object". */
  name: string;
  unit: "ms" | "per s" | "MB" | "x";
  values: readonly number[];
  /** What the project wants of it; null where nothing is promised. Printed, never asserted. */
  aim: { of: "median" | "p99"; most: number } | null;
}

/** A benchmark starts what it needs, measures, and leaves nothing running. */
export interface Benchmark {
  name: string;
  /** One line: what is measured, and how. */
  says: string;
  run(): Promise<Figure[]>;
}
