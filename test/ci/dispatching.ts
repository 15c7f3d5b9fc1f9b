import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { projectNode, root } from "../journey/processes.ts";
import type { Stage } from "../journey/stage.ts";
import { type RunContext, runWorkflow, type StepRun, type WorkflowRun } from "./interpreter.ts";

export const template = (name: string) => join(root, "runner/ci-templates", name);

/** A machine of the platform's CI, which has git and the Node that the project brings. */
export function machine(
  stage: Stage,
  inputs: Record<string, string>,
  more: Partial<RunContext> = {},
): RunContext {
  const tools = join(stage.folder, `machine-${inputs.correlation}`);
  mkdirSync(tools, { recursive: true });
  symlinkSync(projectNode, join(tools, "node"));
  return {
    ...{ folder: stage.folder, node: projectNode, path: `${tools}:/usr/local/bin:/usr/bin:/bin` },
    ...{
      inputs,
      vars: { TAMMA_SERVER: stage.url },
      serverUrl: "https://git.example.test",
      repository: "mia/calc",
    },
    token: (contents) => `run-token-that-may-${contents}`,
    action: join(root, "runner"),
    ...more,
  };
}

/** A ticket as the control plane makes one for each run that it dispatches. */
export async function ticketFor(stage: Stage, loop: string): Promise<string> {
  const path = `/api/v1/loops/${encodeURIComponent(loop)}/ticket`;
  return (await stage.call<{ ticket: string }>("POST", path)).ticket;
}

let dispatches = 0;
export const correlation = () => `run-${++dispatches}`;

/** A run of Gitea's workflow for the loop; its one step. */
export async function dispatched(
  stage: Stage,
  loop: string,
  more: Partial<RunContext> = {},
): Promise<StepRun> {
  const token = await ticketFor(stage, loop);
  const inputs = { loop, token, correlation: correlation() };
  const run = await runWorkflow(template("gitea.yml"), machine(stage, inputs, more));
  const [step, ...others] = run.steps;
  if (!step || others.length > 0) throw new Error(`${run.steps.length} steps ran`);
  expectSecret(run, token);
  return step;
}

/** What is secret is said once, to be hidden, before anything else; and no log of a run has faults. */
export function expectSecret(run: WorkflowRun, ...secrets: string[]): void {
  for (const { log, raw, summary, post } of run.steps) {
    expect([log.faults, post]).toEqual([[], 0]);
    expect(raw.startsWith("::add-mask::")).toBe(true);
    for (const secret of [...secrets, ...log.masks]) {
      expect(raw.replace(`::add-mask::${secret}\n`, "")).not.toContain(secret);
      expect(log.shown + summary).not.toContain(secret);
    }
  }
}
