/** `jest-json` is only detected, never configured: it is what jest itself can print. */
export type ReportFormat = "tap" | "junit" | "jest-json" | "exit-code";

/** The commands of a project, as lines of shell in the workspace's root; null: the project has none. */
export interface Commands {
  setup: string | null;
  build: string | null;
  lint: string | null;
  test: string | null;
  /** Holds `{files}`; null when single files cannot be run. */
  testOne: string | null;
  report: ReportFormat;
  /** Variables that ask a test runner for the report; only for `test` and `test-one`. */
  testEnvironment: Record<string, string>;
}
