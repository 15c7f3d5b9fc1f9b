import { z } from "zod";

const command = z.string().trim().min(1).max(2_000);

/**
 * `.tamma.yml` in the root of the base branch. Everything is optional; what is absent is detected from the
 * project. Commands are run by `sh -c` in the workspace. `test-one` may hold `{files}`, the test files to
 * run.
 */
export const ProjectConfig = z.strictObject({
  setup: command.optional().describe("installs what the project needs, before any other command"),
  build: command.optional().describe("build, lint and static analysis"),
  lint: command.optional().describe("linter or formatter check, run after `build`"),
  test: command.optional().describe("the whole test suite"),
  "test-one": command.optional().describe("some test files; `{files}` is replaced by their paths"),
  "test-report": z
    .enum(["tap", "junit", "exit-code"])
    .optional()
    .describe("what `test` prints or writes: TAP, JUnit XML, or only an exit code"),
  "test-report-file": z
    .string()
    .optional()
    .describe("where the JUnit XML is written; standard output when absent"),
  "test-files": z
    .array(z.string())
    .optional()
    .describe("globs of test files, when the usual names do not fit"),
  ci: command.optional().describe("step ci on plain Git, on the pushed commit; default: build, then test"),
  environment: z.record(z.string(), z.string()).optional().describe("variables for all commands"),
  "protected-paths": z.array(z.string()).optional().describe("globs that need a person's approval"),
  level: z
    .enum(["dev/autopilot", "dev/consultant", "business/advisor", "business/guardian"])
    .optional()
    .describe("how much a person decides; default dev/consultant"),
  "no-checks": z
    .enum(["allow", "refuse"])
    .optional()
    .describe("step ci on a platform: may a commit pass that no check looks at; default refuse"),
  "merge-method": z
    .enum(["merge", "squash"])
    .optional()
    .describe("how a pull request is merged; default merge"),
  "auto-next": z.enum(["on", "off"]).optional().describe("pick the next open issue when a loop ends"),
  "on-escalation": z
    .enum(["hold", "release"])
    .optional()
    .describe("keep the slot while a person is needed, or give it to the next issue; default hold"),
  runner: z
    .enum(["ci", "serve"])
    .optional()
    .describe("who does the jobs: runs of the platform's CI, or runners that serve; default serve"),
  slots: z.number().int().min(1).max(20).optional().describe("loops at once in this repository; default 1"),
  budget: z.number().positive().max(1_000).optional().describe("ceiling per loop in US dollars; default 5"),
});
export type ProjectConfig = z.infer<typeof ProjectConfig>;
