import type { Enclosure } from "./enclosure.ts";
import { limitsProtection } from "./promises.ts";

/** No walls: a cleaned environment, limits, and an end for every process that can be found. */
export const plainLimits: Enclosure = {
  protection: limitsProtection,
  tools: {},
  env: {},
  wrap: ({ prelude, argv, cwd, env }) => ({
    program: "sh",
    args: ["-c", prelude, "tamma", ...argv],
    cwd,
    env,
    reports: false,
    inputs: [],
  }),
};
