import type { PlatformAccess } from "@tamma/core/ports/platform-repository.ts";

/** The file by which a platform's CI starts Tamma's runner. */
export interface CiWorkflow {
  path: string;
  text: string;
}

const folders: Readonly<Record<PlatformAccess["platform"], string>> = {
  github: ".github/workflows",
  gitea: ".gitea/workflows",
};

/**
 * The least that can be started: it does the open jobs of one loop on a machine that is labelled `tamma` and
 * has `tamma-runner` on its PATH. The place where a fuller text comes in.
 */
export function ciWorkflow(platform: PlatformAccess["platform"]): CiWorkflow {
  const input = (name: string) => `$\{{ inputs.${name} }}`;
  const text = `name: Tamma
run-name: Tamma ${input("correlation")}
on:
  workflow_dispatch:
    inputs:
      loop:
        description: the loop whose jobs are done
        required: true
        type: string
      correlation:
        description: how Tamma knows this run again
        required: true
        type: string
concurrency: tamma-${input("loop")}
permissions:
  contents: read
  id-token: write
jobs:
  runner:
    runs-on: [self-hosted, tamma]
    steps:
      - run: tamma-runner ci
        env:
          TAMMA_LOOP: ${input("loop")}
`;
  return { path: `${folders[platform]}/tamma.yml`, text };
}
