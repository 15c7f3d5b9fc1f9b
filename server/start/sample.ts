import { existsSync, realpathSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createSample } from "../sample/create.ts";
import { sampleIssues } from "../sample/issues.ts";
import type { StartApi } from "./api.ts";

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

/** Posts the sample's issues that are not there yet, in order, so that they keep their numbers. */
export async function ensureSampleIssues(api: StartApi, repository: string): Promise<void> {
  const there = new Set((await api.issues(repository)).map((issue) => issue.title));
  for (const { title, body, labels } of sampleIssues)
    if (!there.has(title)) await api.createIssue(repository, { title, body, labels: [...labels] });
}
