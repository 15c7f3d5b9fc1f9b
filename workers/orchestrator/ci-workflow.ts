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
 * has `tamma-runner` on its PATH. GitHub signs a token for the run; Gitea gets a one-time token from Tamma.
 *
 * @param server the address at which runs reach Tamma; null: a variable of the repository says it
 */
export function ciWorkflow(platform: PlatformAccess["platform"], server: string | null): CiWorkflow {
  const input = (name: string) => `$\{{ inputs.${name} }}`;
  const address = server === null ? `$\{{ vars.TAMMA_SERVER }}` : JSON.stringify(server);
  const isGitea = platform === "gitea";
  const tokenInput = ["      token:", "        description: one-time token of this run", ...required];
  const text = [
    "name: Tamma",
    `run-name: Tamma ${input("correlation")}`,
    "on:\n  workflow_dispatch:\n    inputs:",
    ...["      loop:", "        description: the loop whose jobs are done", ...required],
    ...["      correlation:", "        description: how Tamma knows this run again", ...required],
    ...(isGitea ? tokenInput : []),
    `concurrency: tamma-${input("loop")}`,
    ...(isGitea ? [] : ["permissions:\n  contents: read\n  id-token: write"]),
    "jobs:\n  runner:\n    runs-on: [self-hosted, tamma]\n    steps:\n      - run: tamma-runner ci",
    `        env:\n          TAMMA_SERVER: ${address}\n          TAMMA_LOOP: ${input("loop")}`,
    ...(isGitea ? [`          TAMMA_RUN_TOKEN: ${input("token")}`] : []),
  ];
  return { path: `${folders[platform]}/tamma.yml`, text: `${text.join("\n")}\n` };
}

const required = ["        required: true", "        type: string"];
