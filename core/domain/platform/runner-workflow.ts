import { runWorkflow } from "./dispatch.ts";

/** The file by which a platform's CI starts Tamma's runner. */
export interface RunnerWorkflow {
  readonly path: string;
  readonly text: string;
}

/** What differs from one repository to the next. */
export interface WorkflowFill {
  /** Lines that say where the file comes from and what is still to be done. */
  readonly head: readonly string[];
  /** At which address runs reach Tamma; null: a variable of the repository says it. */
  readonly server: string | null;
  /** The runner's action with its pinned commit, as `OWNER/REPOSITORY/runner@COMMIT`. */
  readonly action: string;
  /** Labels of the machine; null: a fresh one of the platform's own. */
  readonly runsOn: readonly string[] | null;
}

/** A workflow, filled in. It is the one source: for proposals, and for the files that people copy. */
export function runnerWorkflow(platform: "github" | "gitea", fill: WorkflowFill): RunnerWorkflow {
  const text = platform === "github" ? github(fill) : gitea(fill);
  return { path: `.${platform}/workflows/${runWorkflow}`, text };
}

/** The files of `runner/ci-templates`, with what a person has to put in. */
export function workflowTemplates(): { readonly path: string; readonly text: string }[] {
  return (["github", "gitea"] as const).map((platform) => {
    const head = [
      `Does Tamma's jobs in this repository's CI. Copy it to .${platform}/workflows/${runWorkflow} on the`,
      "default branch; Tamma knows it by this name. Put the action and its commit wherever ACTION@COMMIT",
      "stands, and set the variable TAMMA_SERVER (Settings, Actions, Variables) to your Tamma's address.",
      "`tamma repos add --workflow --action-ref ...` proposes the same, filled in.",
    ];
    const fill = { head, server: null, action: "ACTION@COMMIT", runsOn: null };
    return { path: `runner/ci-templates/${platform}.yml`, text: runnerWorkflow(platform, fill).text };
  });
}

const comment = (lines: readonly string[]) => lines.map((line) => `# ${line}`.trimEnd()).join("\n");

const inputs = `on:
  workflow_dispatch:
    inputs:
      loop:
        description: Id of the loop
        required: true
        type: string
      correlation:
        description: Name that Tamma gave to this run
        required: false
        default: ""
        type: string
`;

const named = `# Tamma finds a run by its correlation when it was not told which run it has started.
run-name: Tamma $\{{ inputs.loop }} $\{{ inputs.correlation }}
`;

const oneAtATime = `# One machine at a time for a loop. A second run waits: what runs is never cut off by it.
concurrency:
  group: tamma-$\{{ inputs.loop }}
  cancel-in-progress: false
`;

const serverOf = ({ server }: WorkflowFill) =>
  server === null ? `$\{{ vars.TAMMA_SERVER }}` : JSON.stringify(server);

const machineOf = ({ runsOn }: WorkflowFill, usual: string) =>
  runsOn === null ? usual : `[${runsOn.join(", ")}]`;

function github(fill: WorkflowFill): string {
  const machine = machineOf(fill, "ubuntu-24.04");
  const steps = `      # A commit, with its version behind it if it has one: a tag can be moved.
      - id: tamma
        uses: ${fill.action}
        with:
          server: ${serverOf(fill)}
          loop: $\{{ inputs.loop }}`;
  return `${comment(fill.head)}
name: Tamma
${named}
${inputs}
# Nothing by default; each job below says what it needs.
permissions: {}

${oneAtATime}
jobs:
  # Runs the project's code, which an agent has changed: it may read the repository, and write nowhere.
  work:
    runs-on: ${machine}
    timeout-minutes: 120
    permissions:
      contents: read
      id-token: write
    outputs:
      waits-for: $\{{ steps.tamma.outputs.waits-for }}
    steps:
${fill.runsOn === null ? walls : ownWalls}${steps}
          kinds: survey,develop,verify
          sandbox: bubblewrap

  # Moves branches, and runs no code of the project.
  push:
    needs: work
    if: needs.work.outputs.waits-for == 'machine'
    runs-on: ${machine}
    timeout-minutes: 30
    permissions:
      contents: write
      id-token: write
    steps:
${steps}
          kinds: open,publish,rebase,merge
`;
}

const walls = `\
      # Walls around the project's commands. Ubuntu 24.04 forbids them to ordinary users unless it is told.
      - name: Allow bubblewrap
        run: |
          sudo apt-get update -qq && sudo apt-get install -y -qq bubblewrap
          sudo sysctl -q -w kernel.apparmor_restrict_unprivileged_userns=0
`;

const ownWalls = `\
      # A machine of your own: bubblewrap has to be installed there, and allowed to the runner's user.
`;

function gitea(fill: WorkflowFill): string {
  return `${comment(fill.head)}
#
# Gitea signs no tokens for its runs. So Tamma makes a one-time token for each run that it starts: good for
# minutes, for one loop, and for whoever shows it first. In a log it is hidden, and once seen it is used up.
name: Tamma
${named}
${inputs}      token:
        description: One-time token of this run
        required: true
        type: string

# Servers that know these narrow the job's token by them.
permissions:
  contents: write

${oneAtATime}
jobs:
  # One job does everything, because the token is good for one. Commands of the project see no token of it.
  work:
    runs-on: ${machineOf(fill, "ubuntu-latest")}
    timeout-minutes: 120
    steps:
      # A commit, with its version behind it if it has one: a tag can be moved.
      - id: tamma
        uses: ${fill.action}
        with:
          server: ${serverOf(fill)}
          loop: $\{{ inputs.loop }}
          token: $\{{ inputs.token }}
`;
}
