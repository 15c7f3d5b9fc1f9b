import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { git } from "../calc.ts";
import { projectNode } from "../processes.ts";
import { openStage } from "../stage.ts";
import { type RunnerProject, repositoryOf, scriptOf } from "./project.ts";

/** Each of a loop's jobs installs from the registry. */
const patienceMs = 600_000;

/** One test for each of `projects`: from its issue to a merge, proven by its own test runner. */
export function playProjects(projects: readonly RunnerProject[]): void {
  // A project's tools never come from a node_modules of ours, so the Node that they need is linked elsewhere.
  const place = mkdtempSync(join(tmpdir(), "tamma-node-"));
  const pathBefore = process.env.PATH;
  beforeAll(() => {
    mkdirSync(join(place, "bin"));
    symlinkSync(projectNode, join(place, "bin", "node"));
    process.env.PATH = [join(place, "bin"), pathBefore].join(delimiter);
  });
  afterAll(() => {
    process.env.PATH = pathBefore;
    rmSync(place, { recursive: true, force: true });
  });

  for (const project of projects)
    test(`from issue to merge: ${project.name}`, { timeout: 2 * patienceMs }, async () => {
      await using stage = await openStage({
        script: scriptOf(project),
        repository: repositoryOf(project),
        patienceMs,
      });
      const loop = await stage.start(project.issue);
      const end = await stage.approveAll(loop);
      const told = (await stage.events(loop)).map((event) => `${event.type}: ${event.line}`).join("\n");
      expect(end.word, told).toBe("merged");
      const { counts, merged } = project;
      const proof = (kind: string) => end.proofs.find((one) => one.kind === kind);
      // Counted from the runner's own report: an exit code alone would be one test.
      expect(proof("red"), told).toMatchObject({ failed: counts.red, passed: 0 });
      expect(proof("green")).toMatchObject({ failed: 0 });
      expect(proof("test")?.passed).toBeGreaterThanOrEqual(counts.suite);
      expect(git(stage.repository, "show", `main:${merged[0]}`)).toContain(merged[1]);
    });
}
