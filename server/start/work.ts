import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { StartApi } from "./api.ts";
import type { Target } from "./command-line.ts";
import type { Prepared } from "./prepared.ts";
import {
  ensureSample,
  ensureSampleIssues,
  freshSampleConfig,
  type SamplePath,
  sampleConfig,
  samplePath,
} from "./sample.ts";
import { connectSimulated, labelIssue, type Simulated } from "./simulated.ts";

/** What is worked on, known to the server; no loop has begun. */
export interface Work {
  /** As the first screen names it. */
  repository: string;
  branch: string | null;
  /** Null: the repository is the user's own and sees the machine's own tools. */
  sample: SamplePath | null;
  /** Begins where a loop is begun by others than the command line. */
  begin(): Promise<Target["work"]>;
}

/** @param machine the PATH of the start, and the folder that `--body` is meant from */
export async function readyWork(
  api: StartApi,
  { options, state, repository }: Prepared,
  simulated: Simulated | null,
  machine: { path: string; base: string },
): Promise<Work> {
  if (repository !== null) {
    const { url, branch } = repository;
    return { repository: url, branch, sample: null, begin: async () => ({ on: "git", repo: url }) };
  }
  const sample = samplePath(state, machine.path);
  const level = options.level === null ? {} : { level: options.level };
  if (simulated !== null) {
    await connectSimulated(api, simulated, { ...freshSampleConfig(), ...level });
    const { issue: title, body: file } = options;
    const body = file === null ? "" : readFileSync(resolve(machine.base, file), "utf8");
    return {
      ...{ repository: `sample (${simulated.url}/${simulated.repository})`, branch: "main", sample },
      begin: async () => ({
        ...{ on: "platform", pages: simulated.pages },
        loop: await labelIssue(api, simulated, title === null ? null : { title, body }),
      }),
    };
  }
  const url = await ensureSample(state);
  const config = { ...sampleConfig(url), ...level };
  const added = await api.addRepository({ url, defaultBranch: "main", name: "sample", config });
  await ensureSampleIssues(api, added.id);
  return {
    ...{ repository: `sample (${url})`, branch: "main", sample },
    begin: async () => ({ on: "git", repo: url }),
  };
}
