import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { parseProjectConfig } from "@tamma/core/protocol/config-file.ts";
import { createSample, sampleTemplate } from "../sample/create.ts";
import { sampleIssues } from "../sample/issues.ts";
import type { StartApi } from "./api.ts";

/** The issue that a start begins with. */
export const sampleTitle = sampleIssues[0]?.title ?? "";

/** The sample repository of a state folder; written on the first start. */
export async function ensureSample(state: string): Promise<string> {
  const folder = join(state, "sample");
  if (existsSync(folder)) return realpathSync(folder);
  // Under another name until it is whole: a start that was cut off leaves nothing half-made behind.
  const unfinished = join(state, `sample-${process.pid}`);
  try {
    await createSample(unfinished);
    renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  // Its real path, because that is what git will call it.
  return realpathSync(folder);
}

/** The settings of the sample as we made it, where it lies on a platform. */
export function freshSampleConfig(): Record<string, unknown> {
  return sampleConfig(sampleTemplate);
}

/** The settings of the sample, which hold from its first loop on; none when its owner removed the file. */
export function sampleConfig(folder: string): Record<string, unknown> {
  const file = join(folder, ".tamma.yml");
  const parsed = parseProjectConfig(existsSync(file) ? readFileSync(file, "utf8") : "");
  return "config" in parsed ? parsed.config : {};
}

export interface SamplePath {
  /** Folder with the tools of ours that the sample needs. */
  tools: string;
  /** A PATH on which it comes first. */
  path: string;
}

/**
 * A PATH on which `node` is the one that runs us. A runner shows a project the tools of the machine and not
 * ours, but the sample's TypeScript needs a newer Node than the machine may have.
 */
export function samplePath(state: string, path: string): SamplePath | null {
  // Windows makes links for administrators only; there the machine's own Node has to do.
  if (process.platform === "win32") return null;
  const folder = join(state, "tools");
  mkdirSync(folder, { recursive: true });
  rmSync(join(folder, "node"), { force: true });
  symlinkSync(process.execPath, join(folder, "node"));
  return { tools: folder, path: `${folder}${delimiter}${path}` };
}

/** Posts the sample's issues that are not there yet, in order, so that they keep their numbers. */
export async function ensureSampleIssues(api: StartApi, repository: string): Promise<void> {
  const there = new Set((await api.issues(repository)).map((issue) => issue.title));
  for (const { title, body, labels } of sampleIssues)
    if (!there.has(title)) await api.createIssue(repository, { title, body, labels: [...labels] });
}
