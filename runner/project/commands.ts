import type { NodeReporters } from "./reports/report-folder.ts";

/**
 * What a command prints; `jest-json` is only detected, never configured: it is what jest itself can print.
 */
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
  /** Are the test runners asked for reports of their own? They come before `report`. */
  collects: boolean;
  /** What the project's scripts give node:test; null: nobody knows, so it is given nothing. */
  nodeReporters: NodeReporters | null;
  /** The packages of a workspace that have tests of their own, deepest folder first. */
  packages: PackageCommands[];
}

/** The test commands of one package of a workspace, in its folder. */
export interface PackageCommands {
  /** Relative to the root. */
  folder: string;
  test: string;
  /** Holds `{files}`, relative to `folder`. */
  testOne: string | null;
}
